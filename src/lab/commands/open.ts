import { MainAreaWidget } from '@jupyterlab/apputils';

import { Desktop } from '../../model';
import { desktopIcon } from '../icons';
import { DesktopWidget } from '../widget';
import { CommandIDs } from './ids';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { IDesktopTracker } from '../../tokens';
import type { DesktopPanel, ICommandContext, IPanelContext } from './context';

/** Add `vnc:open` for JupyterLab, where a desktop opens in a panel. */
export function addOpenPanel(context: IPanelContext): void {
  const { app, tracker, trans } = context;
  app.commands.addCommand(CommandIDs.open, {
    label: args => openLabel(args, trans),
    caption: trans.__('Open a Linux desktop'),
    icon: args => (args.isPalette ? undefined : desktopIcon),
    describedBy: { args: openArguments },
    execute: args => {
      const name = nameOf(args);
      const view = typeof args.view === 'number' ? args.view : null;
      const shown = tracker.find(
        ({ content }) => content.connection.name === name && (view === null || content.view === view)
      );
      if (shown !== undefined && args.newPanel !== true) {
        const { connection } = shown.content;
        if (connection.status.phase === 'stopped' && args.start !== false) {
          connection.start();
        }
        app.shell.activateById(shown.id);
        return shown;
      }
      performance.mark('vnc:open');
      return addPanel(context, {
        name,
        view: view ?? unusedView(tracker, name),
        title: typeof args.title === 'string' ? args.title : '',
        isApplication: args.isApplication === true,
        monitor: typeof args.monitor === 'number' ? args.monitor : 0,
        beside: typeof args.beside === 'string' ? args.beside : null,
        start: args.start !== false
      });
    }
  });
}

/** Add `vnc:open` for front ends without panels, where a desktop opens in a browser tab. */
export function addOpenPage({ app, manager, trans }: ICommandContext): void {
  app.commands.addCommand(CommandIDs.open, {
    label: args => openLabel(args, trans),
    caption: trans.__('Open a Linux desktop in a new browser tab'),
    icon: args => (args.isPalette ? undefined : desktopIcon),
    describedBy: { args: openArguments },
    execute: args => {
      window.open(manager.api.pageURL(nameOf(args)), '_blank', 'noopener');
    }
  });
}

/** The commands that the status of a connection enables. */
const FOLLOWING_STATUS = [
  CommandIDs.fullScreen,
  CommandIDs.screenshot,
  CommandIDs.screenshotArea,
  CommandIDs.sendClipboard,
  CommandIDs.ctrlAltDel,
  CommandIDs.sendKeys,
  CommandIDs.lockPointer,
  CommandIDs.share,
  CommandIDs.addMonitor,
  CommandIDs.addMonitorWindow
];

interface IPanelOptions {
  name: string;
  view: number;
  title: string;
  isApplication: boolean;
  start: boolean;
  monitor: number;
  beside: string | null;
}

async function addPanel(context: IPanelContext, options: IPanelOptions): Promise<DesktopPanel> {
  const { name, view, title, isApplication, start, monitor, beside } = options;
  const { app, manager, tracker, trans, settings, fillToolbar } = context;
  const connection = manager.connectTo(name);
  const content = new DesktopWidget({
    connection,
    api: manager.api,
    trans,
    settings: settings.for(name),
    view,
    title,
    isApplication,
    monitor,
    manage: () => void app.commands.execute(CommandIDs.share, { id: panel.id })
  });
  const panel = new MainAreaWidget({ content });
  panel.id = `jp-desktop-${++panelCount}`;
  panel.addClass('jp-Desktop-panel');
  fillToolbar(panel);
  content.statistics.overlay.closed.connect(() => void settings.toggleStatistics(name));
  const update = () => {
    // Each plugin can be disabled, and its commands with it.
    for (const id of FOLLOWING_STATUS.filter(each => app.commands.hasCommand(each))) {
      app.commands.notifyCommandChanged(id);
    }
  };
  connection.statusChanged.connect(update);
  content.viewer.fullScreen.changed.connect(update);
  content.viewer.input.pointer.lock.changed.connect(update);
  content.renamed.connect(() => void tracker.save(panel));
  content.monitorChanged.connect(() => void tracker.save(panel));
  if (start) {
    connection.start();
  } else {
    connection.attach();
  }
  app.shell.add(panel, 'main', { type: 'Desktop', ...(beside === null ? {} : { mode: 'split-right', ref: beside }) });
  app.shell.activateById(panel.id);
  await tracker.add(panel);
  return panel;
}

/** Return the smallest unused view number of a desktop; saved layouts identify views by it. */
function unusedView(tracker: IDesktopTracker, name: string): number {
  const used = new Set<number>();
  tracker.forEach(({ content }) => {
    if (content.connection.name === name) {
      used.add(content.view);
    }
  });
  let view = 1;
  while (used.has(view)) {
    view++;
  }
  return view;
}

function openLabel(args: ReadonlyPartialJSONObject, trans: TranslationBundle): string {
  return args.isPalette ? trans.__('Open Desktop') : trans.__('Desktop');
}

function nameOf(args: ReadonlyPartialJSONObject): string {
  return typeof args.name === 'string' ? args.name : Desktop.DEFAULT_NAME;
}

const openArguments = {
  type: 'object',
  properties: {
    name: { type: 'string', description: 'The name of the desktop; defaults to the default desktop' },
    start: { type: 'boolean', description: 'Whether to start the desktop if it is not running' },
    newPanel: { type: 'boolean', description: 'Whether to open another panel if one already shows the desktop' },
    view: { type: 'number', description: 'The number of the panel among those that show the desktop' },
    monitor: { type: 'number', description: 'The number of the desktop’s monitor that the panel is' },
    beside: { type: 'string', description: 'The id of the panel at whose right the new one is opened' },
    title: { type: 'string', description: 'The title of the tab' },
    isApplication: { type: 'boolean', description: 'Whether the desktop is for one application' },
    isPalette: { type: 'boolean', description: 'Whether the command is in the command palette' }
  }
};

let panelCount = 0;
