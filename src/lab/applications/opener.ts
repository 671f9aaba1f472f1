import { Dialog, InputDialog } from '@jupyterlab/apputils';

import { CommandIDs } from '../commands/ids';
import { showNamedDialog, showProblem } from '../dialogs';

import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { Desktop } from '../../model';
import type { IDesktopManager } from '../../tokens';

/** Opens applications alone, each on a desktop of its own. */
export class ApplicationOpener {
  constructor(private readonly _options: ApplicationOpener.IOptions) {}

  /** The applications that can be opened, as far as they were fetched. */
  get applications(): readonly Desktop.IInstalledApplication[] {
    return this._applications;
  }

  find(id: unknown): Desktop.IInstalledApplication | undefined {
    return this._applications.find(each => each.id === id);
  }

  /** Fetch the applications; none if the server has none to offer. */
  async fetch(): Promise<void> {
    const { manager, language } = this._options;
    try {
      this._applications = await manager.api.installedApplications(language);
    } catch {
      // Without the server extension, and if the user may not see desktops, there are no tiles.
      this._applications = [];
    }
  }

  /** Open an application, with a file of the Contents API if one is given; return its panel. */
  async open(id: string, path?: string): Promise<unknown> {
    const { manager, commands, trans, language } = this._options;
    try {
      const { name, application } = await manager.api.openApplication(id, language, path);
      const title = application?.name ?? '';
      return await commands.execute(CommandIDs.open, { name, title, isApplication: true, start: false });
    } catch (error) {
      await showProblem(trans.__('The application could not be opened'), error, trans);
      return undefined;
    }
  }

  /** Open what a link names, if the user agrees: the link may come from anybody. */
  async openLink(id: string, path?: string): Promise<void> {
    await this._fetched();
    const { trans } = this._options;
    const name = this.find(id)?.name ?? id;
    const body =
      path === undefined
        ? trans.__('A link wants to start this program on the Jupyter server.')
        : trans.__('A link wants to start this program on the Jupyter server, and to open the file "%1".', path);
    const result = await showNamedDialog({
      title: trans.__('Open "%1"?', name),
      body,
      buttons: [Dialog.cancelButton({ label: trans.__('Cancel') }), Dialog.okButton({ label: trans.__('Open') })],
      defaultButton: 0
    });
    if (result.button.accept) {
      await this.open(id, path);
    }
  }

  /** Ask for an application, and open it. */
  async choose(): Promise<unknown> {
    await this.fetch();
    const { trans } = this._options;
    // Two may have the same name.
    const items = this._applications.map(({ name }, index) => `${index + 1}. ${name}`);
    if (items.length === 0) {
      await showProblem(trans.__('Open Application'), new Error(trans.__('There are no applications.')), trans);
      return undefined;
    }
    const { button, value } = await InputDialog.getItem({
      title: trans.__('Open Application'),
      items,
      okLabel: trans.__('Open')
    });
    return button.accept && value !== null ? this.open(this._applications[items.indexOf(value)].id) : undefined;
  }

  private async _fetched(): Promise<void> {
    if (this._applications.length === 0) {
      await this.fetch();
    }
  }

  private _applications: readonly Desktop.IInstalledApplication[] = [];
}

export namespace ApplicationOpener {
  export interface IOptions {
    manager: IDesktopManager;
    commands: CommandRegistry;
    trans: TranslationBundle;
    /** The language of the applications' names. */
    language: string;
  }
}
