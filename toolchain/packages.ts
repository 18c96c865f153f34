export async function ensurePackages(): Promise<void> {}
