import { MenuSvg } from '@jupyterlab/ui-components';

import { takesKeys } from '../../services/status';
import { FUNCTION_KEYS, parseCombination, USUAL_COMBINATIONS } from '../../viewer/keyboard/combination';
import { askKeys } from '../dialogs';
import { keysIcon } from '../icons';
import { findPanel, panelArguments } from './context';
import { CommandIDs } from './ids';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { DesktopPanel, IPanelContext } from './context';

/** Add the command that sends keys to a desktop; without the argument `keys`, it asks for them. */
export function addSendKeys(context: IPanelContext): void {
  const { app, tracker, trans } = context;
  app.commands.addCommand(CommandIDs.sendKeys, {
    label: args => labelOf(args, trans),
    caption: args =>
      typeof args.keys === 'string' ? '' : trans.__('Send keys that the browser or the operating system keeps'),
    icon: args => (typeof args.keys === 'string' ? undefined : keysIcon),
    describedBy: { args: sendKeysArguments },
    isEnabled: args => {
      const status = findPanel(app, tracker, args)?.content.connection.status;
      return status !== undefined && takesKeys(status);
    },
    execute: async args => {
      const panel = findPanel(app, tracker, args);
      const own = panel === null ? [] : context.settings.for(panel.content.connection.name).combinations;
      const usual = [...USUAL_COMBINATIONS, ...own, ...FUNCTION_KEYS];
      // The palette moves the focus when it closes, as dialogs expect and menus don't.
      const keys = args.isPalette === true ? await askKeys(usual, trans) : args.keys;
      if (panel !== null && typeof keys === 'string') {
        panel.content.viewer.input.sendKeys(keys);
      } else if (panel !== null && args.isPalette !== true) {
        openMenu(panel, own, context);
      }
    }
  });
}

/** Open the menu below the button in the panel's toolbar. */
function openMenu(panel: DesktopPanel, own: readonly string[], { app: { commands }, trans }: IPanelContext): void {
  const menu = new MenuSvg({ commands });
  const functionKeys = new MenuSvg({ commands });
  functionKeys.title.label = trans.__('Function Keys');
  const fill = (target: MenuSvg, texts: readonly string[]) => {
    for (const keys of texts) {
      target.addItem({ command: CommandIDs.sendKeys, args: { keys, id: panel.id } });
    }
  };
  fill(menu, USUAL_COMBINATIONS);
  fill(functionKeys, FUNCTION_KEYS);
  menu.addItem({ type: 'submenu', submenu: functionKeys });
  menu.addItem({ type: 'separator' });
  fill(menu, own);
  const focused = document.activeElement;
  menu.aboutToClose.connect(() => {
    if (focused instanceof HTMLElement) {
      focused.focus();
    }
    // The menu sends its commands after it has closed.
    requestAnimationFrame(() => {
      menu.dispose();
      functionKeys.dispose();
    });
  });
  const button = panel.toolbar.node.querySelector(`[data-command="${CommandIDs.sendKeys}"]`) ?? panel.toolbar.node;
  const { left, bottom } = button.getBoundingClientRect();
  menu.open(left, bottom);
}

function labelOf({ keys }: ReadonlyPartialJSONObject, trans: TranslationBundle): string {
  if (typeof keys !== 'string') {
    return trans.__('Send Keys to Desktop…');
  }
  const { unknown } = parseCombination(keys);
  return unknown === undefined ? keys : trans.__('%1 (unknown key: %2)', keys, unknown);
}

const sendKeysArguments = {
  type: 'object',
  properties: {
    ...panelArguments.properties,
    keys: { type: 'string', description: 'Keys to press together, such as "Ctrl+W"; a menu opens without them' },
    isPalette: { type: 'boolean', description: 'Whether the command is in the command palette' }
  }
};
