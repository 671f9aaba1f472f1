import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IWidgetTracker, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { IDesktopManager, IDesktopWidget } from '../../tokens';
import type { IViewerSettings } from '../../viewer/vieweroptions';
import type { DesktopWidget } from '../widget';

export type DesktopPanel = MainAreaWidget<DesktopWidget>;

/** The dependencies of all commands. */
export interface ICommandContext {
  app: JupyterFrontEnd;
  manager: IDesktopManager;
  trans: TranslationBundle;
}

/** The dependencies of the commands that need panels. */
export interface IPanelContext extends ICommandContext {
  tracker: WidgetTracker<DesktopPanel>;
  /** Returns the user's settings. */
  settings: () => IViewerSettings;
  /** Changes one of the user's settings. */
  changeSetting: (key: string, value: string) => Promise<void>;
  /** Returns the user's own combinations for the menu "Send Keys". */
  combinations: () => readonly string[];
}

/** Return the panel for a command: that of the clicked tab, that with the given id, or the current one. */
export function findPanel<T extends MainAreaWidget<IDesktopWidget>>(
  app: JupyterFrontEnd,
  tracker: IWidgetTracker<T>,
  args: ReadonlyPartialJSONObject
): T | null {
  const tab = args.fromTab === true ? app.contextMenuHitTest(node => node.dataset.id !== undefined) : undefined;
  const id = tab?.dataset.id ?? args.id;
  return tracker.find(panel => panel.id === id) ?? tracker.currentWidget;
}

/** The arguments that select a panel. */
export const panelArguments = {
  type: 'object',
  properties: {
    fromTab: { type: 'boolean', description: 'Whether to use the panel whose tab was clicked' },
    id: { type: 'string', description: 'The id of the panel; defaults to the current panel' }
  }
};
