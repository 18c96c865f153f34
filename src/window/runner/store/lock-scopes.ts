/** The names of the locks of a state directory: a slip in one is a lock that locks nothing. */

/** Of the process that carries a window out. */
export const windowScope = (state: string, id: string): string => `${state} window ${id}`;
/** Of the process that starts it again. */
export const superviseScope = (state: string, id: string): string => `${state} supervise ${id}`;
/** Of whoever arms a window or takes one back. */
export const armScope = (state: string): string => `${state} arm`;
