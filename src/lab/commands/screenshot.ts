import { takeScreenshot } from '../../viewer/screenshots/take';
import { screenshotIcon } from '../icons';
import { showScreenshot } from '../screenshots/dialog';
import { notebookInsertion } from '../screenshots/insertion';
import { DesktopWidget } from '../widget';
import { findPanel, panelArguments } from './context';
import { CommandIDs } from './ids';

import type { INotebookTracker } from '@jupyterlab/notebook';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { IDesktopTracker } from '../../tokens';
import type { ICommandContext } from './context';

/** The dependencies of the commands about screenshots. */
export interface IScreenshotContext extends ICommandContext {
  tracker: IDesktopTracker;
  /** The notebooks, if the front end has any. */
  notebooks: INotebookTracker | null;
}

/** Add the commands that take screenshots of the desktop in a panel. */
export function addScreenshotCommands({ app, manager, tracker, notebooks, trans }: IScreenshotContext): void {
  const contentOf = (args: ReadonlyPartialJSONObject) => {
    const content = findPanel(app, tracker, args)?.content;
    return content instanceof DesktopWidget ? content : undefined;
  };
  const isEnabled = (args: ReadonlyPartialJSONObject) =>
    manager.api.route !== 'proxy' && (contentOf(args)?.connection.status.connected ?? false);
  const take = async (args: ReadonlyPartialJSONObject, marksFirst: boolean) => {
    const content = contentOf(args);
    if (content === undefined) {
      return;
    }
    const { viewer } = content;
    if (viewer.fullScreen.isOn) {
      // The dialog is outside of the element in full screen.
      await viewer.fullScreen.toggle();
    }
    const insertion = () => notebooks && notebookInsertion(notebooks, trans);
    const show = (panel: Parameters<typeof showScreenshot>[0]) => showScreenshot(panel, content.connection.name, trans);
    await takeScreenshot({ viewer, api: manager.api, trans, insertion, show }, marksFirst);
  };
  const describedBy = { args: panelArguments };
  app.commands.addCommand(CommandIDs.screenshot, {
    label: args => (args.fromTab ? trans.__('Take Screenshot…') : trans.__('Take Screenshot of Desktop…')),
    caption: trans.__('Copy, download or insert a picture of the desktop, or of one of its windows'),
    icon: screenshotIcon,
    describedBy,
    isEnabled,
    execute: args => take(args, false)
  });
  app.commands.addCommand(CommandIDs.screenshotArea, {
    label: args =>
      args.fromTab ? trans.__('Take Screenshot of Area…') : trans.__('Take Screenshot of Area of Desktop…'),
    caption: trans.__('Mark an area of the desktop, and copy, download or insert a picture of it'),
    describedBy,
    isEnabled,
    execute: args => take(args, true)
  });
}
