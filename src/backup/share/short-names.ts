/**
 * Where a file's name is one that Windows can't have (`a:b.jpg`, a dot or a space at its end), Samba shows another:
 * eight signs, made from a hash, with `~` before the last (`A4WTMA~A.JPG`). The real name can't be asked over SMB.
 */
const made = /^[0-9A-Z_!#$%&'()@^`{}-]{6}~[0-9A-Z](?:\.[0-9A-Z_]{1,3})?$/;

/** Is any part of this path such a name? A file may really be called so: nothing tells them apart. Pure. */
export function hasMadeName(path: string): boolean {
  return path.split("/").some((part) => made.test(part));
}
