/** The words of nft's own text. Pure. */

/** Words, quoted strings with their quotes, and each of `{ } ( ) ,` by itself. A remark ("# …") is one word. */
export function tokens(text: string): readonly string[] {
  return text.match(/"[^"]*"|#.*|[{}(),]|[^\s{}(),"]+/g) ?? [];
}

export function unquoted(word: string): string {
  return word.startsWith('"') ? word.slice(1, -1) : word;
}

/** The words between the brace at `open` and the one that closes it, and the place behind that. */
export function braced(
  words: readonly string[],
  open: number,
): { readonly inside: readonly string[]; readonly next: number } {
  let depth = 0;
  for (let at = open; at < words.length; at++) {
    if (words[at] === "{") depth++;
    if (words[at] === "}" && --depth === 0) return { inside: words.slice(open + 1, at), next: at + 1 };
  }
  return { inside: words.slice(open + 1), next: words.length };
}

/** At commas that stand in no inner braces. */
export function listed(words: readonly string[]): readonly (readonly string[])[] {
  const parts: string[][] = [[]];
  let depth = 0;
  for (const word of words) {
    if (word === "{") depth++;
    if (word === "}") depth--;
    if (word === "," && depth === 0) parts.push([]);
    else parts.at(-1)?.push(word);
  }
  return parts.filter((part) => part.length > 0);
}
