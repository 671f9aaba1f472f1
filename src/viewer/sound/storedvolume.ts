/** The volumes of desktops, by name, in this browser; a setting would make JupyterLab create the toolbars again. */
const STORAGE_KEY = 'jupyter-vnc-proxy:volumes';

/** Return the volume that was last chosen for a desktop in this browser, in percent; undefined if there is none. */
export function storedVolume(desktop: string): number | undefined {
  const volume = read()[desktop];
  return typeof volume === 'number' && volume >= 0 && volume <= 100 ? volume : undefined;
}

/** Store the volume of a desktop in this browser. */
export function storeVolume(desktop: string, volume: number): void {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify({ ...read(), [desktop]: volume }));
  } catch {
    // The browser stores nothing for this page, or has no room.
  }
}

function read(): Record<string, unknown> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}');
    return typeof stored === 'object' && stored !== null ? { ...stored } : {};
  } catch {
    return {};
  }
}
