/** Must be that of @pulumi/command in package.json: the engine asks for the program's own version. */
export const commandVersion = "1.2.1";
