/**
 * Has a module's code come later. A browser may keep that it could not be had, and never ask again while the page lives
 * (Chromium 150 does): then it is asked for under another address, which its own error names.
 */
export function fresh<Module>(load: () => Promise<Module>): Promise<Module> {
  return load().catch((error: unknown) => {
    const [address] = /http\S+js/.exec(String(error)) ?? [];
    if (!address) throw error;
    return import(/* @vite-ignore */ `${address}?${Date.now()}`) as Promise<Module>;
  });
}
