import { CommandToolbarButton, createToolbarFactory, setToolbar } from '@jupyterlab/apputils';

import { CommandIDs } from './commands/ids';
import { SoundItem } from './sound';

import type { IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { ITranslator } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { DesktopPanel } from './commands/context';

/** The name of the panels in the settings of toolbars. */
const FACTORY = 'Desktop';

export interface IToolbarOptions {
  /** The plugin whose settings have the items. */
  id: string;
  commands: CommandRegistry;
  widgets: IToolbarWidgetRegistry;
  settings: ISettingRegistry;
  translator: ITranslator;
}

/**
 * Keep a key that a button has acted on from the dialog that it has opened, where it would press the default button.
 *
 * The buttons of newer versions than JupyterLab 4.0 do so themselves.
 */
function keepFromDialogs(event: KeyboardEvent): void {
  const { key, target } = event;
  if ((key === 'Enter' || key === ' ') && (target as Element).closest('.jp-ToolbarButtonComponent') !== null) {
    event.preventDefault();
  }
}

/** Return a function that fills a panel's toolbar with the items in the settings, and follows them. */
export function toolbarFiller({
  id,
  commands,
  widgets,
  settings,
  translator
}: IToolbarOptions): (panel: DesktopPanel) => void {
  // The buttons of JupyterLab act on the current panel; these act on their own, whichever is current.
  for (const command of Object.values(CommandIDs)) {
    widgets.addFactory<DesktopPanel>(
      FACTORY,
      command.replace(/^vnc:/, ''),
      panel => new CommandToolbarButton({ commands, id: command, args: { id: panel.id, toolbar: true }, label: '' })
    );
  }
  const trans = translator.load('jupyter_vnc_proxy');
  widgets.addFactory<DesktopPanel>(FACTORY, 'sound', ({ content }) => new SoundItem(content.sound, trans));
  const factory = createToolbarFactory(widgets, settings, FACTORY, id, translator);
  return panel => {
    panel.toolbar.addClass('jp-Desktop-toolbar');
    panel.toolbar.node.setAttribute('aria-label', panel.content.usualTitle);
    panel.toolbar.node.addEventListener('keydown', keepFromDialogs);
    setToolbar(panel, factory);
  };
}
