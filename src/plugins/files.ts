import { Notification } from '@jupyterlab/apputils';
import { IDefaultFileBrowser, IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';

import { addFileCommands } from '../lab/commands/files';
import { DropTarget } from '../lab/files/droptarget';
import { FileOpener } from '../lab/files/open';
import { FileUploader } from '../lab/files/uploader';
import { translatedSettings } from '../lab/settingtexts';
import { IDesktopManager, IDesktopTracker } from '../tokens';

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

const ID = 'jupyter-vnc-proxy:files';

export const filesPlugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Uploads files that are dropped on desktops, and opens files of the file browser on them.',
  autoStart: true,
  requires: [IDesktopManager, IDesktopTracker, ITranslator],
  // Notebook has a file browser in its tree only.
  optional: [IFileBrowserFactory, IDefaultFileBrowser, ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    manager: IDesktopManager,
    tracker: IDesktopTracker,
    translator: ITranslator,
    browsers: IFileBrowserFactory | null,
    browser: IDefaultFileBrowser | null,
    registry: ISettingRegistry | null
  ): void => {
    const trans = translator.load('jupyter_vnc_proxy');
    const { commands, serviceManager } = app;
    const { contents } = serviceManager;
    let folder = '';
    const opener = new FileOpener({ manager, commands, contents, trans });
    const uploader = new FileUploader({
      contents,
      api: manager.api,
      commands,
      opener,
      trans,
      folder: () => folder || (browser?.model.path ?? '')
    });
    addFileCommands({ app, manager, tracker, trans, browsers, opener, uploader });
    tracker.widgetAdded.connect((_, { content }) => {
      const { name } = content.connection;
      const target = new DropTarget({
        node: content.node,
        fileHint: () => trans.__('Upload to %1', uploader.folderName),
        pathHint: () => trans.__('Open on the desktop'),
        dropFiles: data => void uploader.upload(data, name, content.node),
        dropPaths: paths => void opener.open(name, paths)
      });
      content.disposed.connect(() => target.dispose());
    });
    if (registry === null) {
      return;
    }
    const settingRegistry = translatedSettings(registry, ID, trans);
    settingRegistry.transform(ID, {});
    void settingRegistry.load(ID).then(
      settings => {
        const apply = () => {
          const wanted = settings.composite.uploadFolder;
          folder = (typeof wanted === 'string' ? wanted : '').replace(/^\/+|\/+$/g, '');
        };
        settings.changed.connect(apply);
        apply();
      },
      (error: unknown) => {
        Notification.warning(
          trans.__('The settings of files on desktops are ignored, because they are invalid: %1', String(error))
        );
      }
    );
  }
};
