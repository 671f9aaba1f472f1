import { hasFiles } from '../../viewer/files/dropped';

/** Keep a page on which files or links are dropped that nothing takes; browsers would show those in its place. */
export function keepPageOnDrop(): void {
  for (const type of ['dragover', 'drop'] as const) {
    window.addEventListener(type, refuse);
  }
}

function refuse(event: DragEvent): void {
  const isText = event.target instanceof Element && event.target.matches('input, textarea');
  if (event.defaultPrevented || (isText && !hasFiles(event.dataTransfer))) {
    return;
  }
  event.preventDefault();
  if (event.dataTransfer !== null) {
    event.dataTransfer.dropEffect = 'none';
  }
}
