import { ToolbarButton, addIcon } from '@jupyterlab/ui-components';

import { Desktop } from '../model';
import { applicationIcon } from './applications/icons';
import { CommandIDs } from './commands/ids';
import { showProblem } from './dialogs';
import { desktopIcon } from './icons';
import { labelFor } from '../viewer/titles';

import type { IRunningSessions } from '@jupyterlab/running';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { ISignal } from '@lumino/signaling';
import type { IDesktopManager } from '../tokens';

/**
 * The section "Desktops" of the Running panel.
 *
 * It also lists stopped desktops, since this is the only place to open or remove them.
 */
export class RunningDesktops implements RunningDesktops.IManager {
  constructor(options: RunningDesktops.IOptions) {
    this._manager = options.manager;
    this._commands = options.commands;
    this._trans = options.trans;
    this.name = this._trans.__('Desktops');
    this.shutdownAllLabel = this._trans.__('Stop All');
    this.shutdownAllConfirmationText = this._trans.__(
      'Stop all desktops? All their programs will be closed. Unsaved work will be lost.'
    );
    const labelOf = (item: IRunningSessions.IRunningItem): string =>
      item.context === ALIVE ? this._trans.__('Stop') : this._trans.__('Remove');
    this.shutdownLabel = hasItemLabels(options.version) ? labelOf : this._trans.__('Stop or Remove');
    this.toolbarButtons = [
      new ToolbarButton({
        icon: addIcon,
        tooltip: this._trans.__('New Desktop…'),
        onClick: () => void this._commands.execute(CommandIDs.create)
      })
    ];
  }

  readonly name: string;
  readonly shutdownAllLabel: string;
  readonly shutdownAllConfirmationText: string;
  readonly shutdownLabel: string | ((item: IRunningSessions.IRunningItem) => string);
  readonly toolbarButtons: ToolbarButton[];

  get runningChanged(): ISignal<IDesktopManager, unknown> {
    return this._manager.changed;
  }

  running(): IRunningSessions.IRunningItem[] {
    return this._manager.desktops().map(model => this._itemOf(model));
  }

  refreshRunning(): void {
    void this._manager.refresh();
  }

  shutdownAll(): void {
    for (const { name } of this._manager.desktops().filter(Desktop.isAlive)) {
      void this._run(name, this._manager.stop(name));
    }
  }

  private _itemOf(model: Desktop.IModel): IRunningSessions.IRunningItem {
    const { name } = model;
    const isAlive = Desktop.isAlive(model);
    const { application } = model;
    const details = [model.backend, application ? name : model.session, model.geometry].filter(Boolean);
    const label = application?.name ?? labelFor(name, this._trans);
    const icon = application ? applicationIcon(application.id, this._manager.api) : desktopIcon;
    return {
      className: isAlive ? 'jp-Desktop-item' : 'jp-Desktop-item jp-mod-stopped',
      context: isAlive ? ALIVE : '',
      icon: () => icon,
      label: () => this._labelOf(model, label),
      labelTitle: () => [label, ...details].join('\n'),
      detail: () => details.join(' · '),
      open: () => void this._commands.execute(CommandIDs.open, { name, start: false }),
      shutdown: () => void this._run(name, isAlive ? this._manager.stop(name) : this._manager.delete(name))
    };
  }

  private _labelOf({ phase, step }: Desktop.IModel, label: string): string {
    if (step === 'stopping') {
      return this._trans.__('%1 (stopping)', label);
    }
    switch (phase) {
      case 'running':
        return label;
      case 'starting':
        return this._trans.__('%1 (starting)', label);
      case 'stopped':
        return this._trans.__('%1 (stopped)', label);
      case 'failed':
        return this._trans.__('%1 (failed)', label);
      case 'running-elsewhere':
        return this._trans.__('%1 (running elsewhere)', label);
    }
  }

  private async _run(name: string, request: Promise<unknown>): Promise<void> {
    try {
      await request;
    } catch (error) {
      await showProblem(labelFor(name, this._trans), error, this._trans);
    }
  }

  private readonly _manager: IDesktopManager;
  private readonly _commands: CommandRegistry;
  private readonly _trans: TranslationBundle;
}

export namespace RunningDesktops {
  export interface IOptions {
    manager: IDesktopManager;
    commands: CommandRegistry;
    trans: TranslationBundle;
    /** JupyterLab's version. */
    version: string;
  }

  /** JupyterLab's interface, with what later versions than 4.0 read. */
  export interface IManager extends Omit<IRunningSessions.IManager, 'shutdownLabel'> {
    /** From 4.2 on, this may be a function. */
    readonly shutdownLabel: string | ((item: IRunningSessions.IRunningItem) => string);

    /** Read from 4.3 on. */
    readonly toolbarButtons: ToolbarButton[];
  }
}

/** Whether this version of JupyterLab has one label for each item, instead of one for all. */
function hasItemLabels(version: string): boolean {
  return !/^4\.[01]\./.test(version);
}

/** The context of an item whose desktop can be stopped. */
const ALIVE = 'desktop-alive';
