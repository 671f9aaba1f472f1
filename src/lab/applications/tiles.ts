import { DisposableSet } from '@lumino/disposable';

import { CommandIDs } from '../commands/ids';

import type { ILauncher } from '@jupyterlab/launcher';
import type { IDisposable } from '@lumino/disposable';
import type { Desktop } from '../../model';

/** Which applications have tiles: all, those that are pinned, or none. */
export type TileChoice = 'all' | 'pinned' | 'none';

/** The user's settings. */
export interface ITileSettings {
  readonly tiles: TileChoice;
  /** The ids of the pinned applications, in their order. */
  readonly pinned: readonly string[];
}

/** Read the settings; whatever is not as the schema says counts as unset. */
export function tileSettings(composite: Readonly<Record<string, unknown>>): ITileSettings {
  const { tiles, pinned } = composite;
  return {
    tiles: tiles === 'pinned' || tiles === 'none' ? tiles : 'all',
    pinned: Array.isArray(pinned) ? pinned.filter(each => typeof each === 'string') : []
  };
}

/** Return the applications that have tiles: the pinned ones first, in their order, and then the others by name. */
export function shownApplications(
  applications: readonly Desktop.IInstalledApplication[],
  { tiles, pinned }: ITileSettings
): Desktop.IInstalledApplication[] {
  if (tiles === 'none') {
    return [];
  }
  const first = pinned.flatMap(id => applications.filter(each => each.id === id));
  return tiles === 'pinned' ? first : [...first, ...applications.filter(each => !first.includes(each))];
}

/** The tiles of applications in the launcher. */
export class ApplicationTiles implements IDisposable {
  constructor(
    private readonly _launcher: ILauncher,
    private readonly _category: string
  ) {}

  get isDisposed(): boolean {
    return this._tiles.isDisposed;
  }

  dispose(): void {
    this._tiles.dispose();
  }

  /** Replace the tiles. */
  show(applications: readonly Desktop.IInstalledApplication[]): void {
    if (this.isDisposed) {
      return;
    }
    this._tiles.dispose();
    this._tiles = DisposableSet.from(
      applications.map(({ id }, rank) =>
        this._launcher.add({ command: CommandIDs.openApplication, category: this._category, args: { id }, rank })
      )
    );
  }

  private _tiles = new DisposableSet();
}
