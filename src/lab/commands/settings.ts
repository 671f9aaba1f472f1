import { Dialog } from '@jupyterlab/apputils';
import { settingsIcon } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';

import { SettingsForm } from '../../viewer/settings/form';
import { labelFor } from '../../viewer/titles';
import { showNamedDialog } from '../dialogs';
import { findPanel, panelArguments } from './context';
import { CommandIDs } from './ids';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { LabSettings } from '../settings';
import type { IPanelContext } from './context';

/** Add the commands for the settings of a panel's desktop. */
export function addSettingsCommands(context: IPanelContext): void {
  const { app, tracker, trans, settings } = context;
  const { commands } = app;
  const contentOf = (args: ReadonlyPartialJSONObject) => findPanel(app, tracker, args)?.content;
  const describedBy = { args: panelArguments };
  commands.addCommand(CommandIDs.toggleStatistics, {
    label: args => (args.fromTab ? trans.__('Show Statistics') : trans.__('Show Statistics of Desktop')),
    caption: trans.__('Show the round trip, the frame rate and what limits them over the desktop'),
    describedBy,
    isEnabled: args => contentOf(args) !== undefined,
    isToggled: args => contentOf(args)?.statistics.overlay.isShown ?? false,
    execute: async args => {
      const content = contentOf(args);
      if (content !== undefined) {
        await settings.toggleStatistics(content.connection.name);
      }
    }
  });
  commands.addCommand(CommandIDs.desktopSettings, {
    label: trans.__('Settings for This Desktop…'),
    caption: trans.__('Change settings that only this desktop has'),
    icon: args => (args.toolbar ? settingsIcon : undefined),
    describedBy,
    isEnabled: args => contentOf(args) !== undefined,
    execute: async args => {
      const content = contentOf(args);
      if (content !== undefined) {
        await showSettings(content.connection.name, settings, trans);
      }
    }
  });
  const update = () => commands.notifyCommandChanged(CommandIDs.toggleStatistics);
  settings.changed.connect(update);
  tracker.currentChanged.connect(update);
}

/** Show the settings of one desktop in a dialog. */
async function showSettings(name: string, settings: LabSettings, trans: TranslationBundle): Promise<void> {
  const form = new SettingsForm({
    table: settings.table,
    stored: () => settings.stored,
    change: (desktop, key, value) => void settings.set(desktop, key, value),
    desktop: name,
    trans
  });
  const update = () => form.update();
  settings.changed.connect(update);
  try {
    await showNamedDialog({
      title: trans.__('Settings for %1', labelFor(name, trans)),
      body: new Widget({ node: form.node }),
      focusNodeSelector: 'select',
      buttons: [Dialog.okButton({ label: trans.__('Close') })]
    });
  } finally {
    settings.changed.disconnect(update);
  }
}
