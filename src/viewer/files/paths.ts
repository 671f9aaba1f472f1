/** Return the folder that a path of the Contents API is in; empty for the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

/** Return the last name of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Join a folder's path, perhaps a drive's name with a colon, and one below it. */
export function joined(folder: string, path: string): string {
  return folder === '' || folder.endsWith(':') || folder.endsWith('/') ? folder + path : `${folder}/${path}`;
}
