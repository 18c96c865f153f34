/**
 * What the site owns is remembered as it was when it was first applied, and its change is told until it is undone or
 * somebody says that it is right: JEDA_ACCEPT=surroundings in the environment of `pulumi up`.
 */
export function kept<T>(before: T | undefined, now: T): T {
  return before === undefined || process.env.JEDA_ACCEPT === "surroundings" ? now : before;
}
