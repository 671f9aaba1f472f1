import { ContentsAPI } from '../../services/contents';
import { DesktopError } from '../../services/errors';
import { JupyterRequests } from '../../services/jupyterrequests';
import { toDesktopError } from '../../services/problems';
import { discardUpload } from '../../viewer/files/discard';
import { readDropped } from '../../viewer/files/dropped';
import { FileDropTarget } from '../../viewer/files/filedroptarget';
import { joined } from '../../viewer/files/paths';
import { startForPrograms } from '../../viewer/files/running';
import { uploadWithProgress } from '../../viewer/files/uploadprogress';
import { uploadProblem, uploadResult } from '../../viewer/files/uploadtexts';
import { element } from '../../viewer/sharing/element';
import { labelFor } from '../../viewer/titles';
import { problemText } from '../problemtext';
import { findDestination } from './destination';
import { chooseOnPage } from './overwrite';
import { UploadPanel } from './uploadpanel';

import type { SendRequest } from '../../services/sendrequest';
import type { IDesktopAPI } from '../../tokens';
import type { IDropOffer } from '../../viewer/files/filedroptarget';
import type { DesktopViewer } from '../../viewer/desktopviewer';
import type { ITranslation } from '../../viewer/translation';
import type { IDestination } from './destination';
import type { IUploadAction } from './uploadpanel';

const NOT_OFFERED: IDropOffer = { hint: '', isAccepted: false };

/** Uploads files that are dropped on the page's desktop. */
export class PageUploads {
  constructor(private readonly _options: PageUploads.IOptions) {
    const { viewer, baseUrl, send } = _options;
    this._requests = new JupyterRequests(baseUrl, send);
    this._contents = new ContentsAPI(this._requests);
    new FileDropTarget({
      node: viewer.node,
      entered: () => {
        if (this._isPossible) {
          void this._look();
        }
      },
      offer: () => this._offer(),
      drop: data => void this._drop(data)
    });
    viewer.node.append(this._panels);
  }

  /** Whether this server takes files of this user: jupyter-server-proxy's page server has no files. */
  private get _isPossible(): boolean {
    return !this._options.isInvited && this._options.api.route === 'extension';
  }

  /** Ask where files go, as it is when they are dragged here. */
  private _look(): Promise<IDestination> {
    const destination = findDestination(this._options.baseUrl, this._requests);
    this._destination = destination;
    this._known = null;
    void destination.then(known => {
      if (this._destination === destination) {
        this._known = known;
      }
    });
    return destination;
  }

  private _offer(): IDropOffer {
    const { trans } = this._options;
    if (!this._isPossible) {
      return NOT_OFFERED;
    }
    if (this._known === null) {
      return { hint: '', isAccepted: true };
    }
    const { folder, mayWrite } = this._known;
    return mayWrite
      ? { hint: trans.__('Upload to %1', folder || '/'), isAccepted: true }
      : { hint: trans.__('There is no permission to write there.'), isAccepted: false };
  }

  private async _drop(data: DataTransfer): Promise<void> {
    if (!this._isPossible) {
      return;
    }
    const { viewer, api, trans } = this._options;
    const contents = this._contents;
    const panel = new UploadPanel({ parent: this._panels, trans, closed: () => viewer.focus() });
    try {
      // The browser empties the data when this has returned to it.
      const [dropped, { folder, mayWrite, mayOpen }] = await Promise.all([
        readDropped(data),
        this._destination ?? this._look()
      ]);
      if (!mayWrite) {
        throw new DesktopError({ status: 403, message: '' });
      }
      const discard = (path: string) => discardUpload(api, contents, path);
      const options = { contents, folder, dropped, discard, choose: chooseOnPage(trans) };
      const upload = await uploadWithProgress(options, viewer.node, panel, trans);
      const [first] = [...dropped.folders, ...dropped.files.map(({ path }) => path)];
      const actions: IUploadAction[] = [];
      if (mayOpen && first !== undefined && upload.uploaded > 0) {
        actions.push({ label: trans.__('Open on Desktop'), act: () => void this._open(joined(folder, first)) });
      }
      const result = uploadResult(upload, dropped, trans);
      if (result !== null) {
        panel.report(result, actions);
      }
    } catch (error) {
      panel.report({ kind: 'failed', message: uploadProblem(error, trans), details: null });
    }
  }

  /** Open what was uploaded on the desktop, which is started first if it is stopped. */
  private async _open(path: string): Promise<void> {
    const { viewer, api, trans } = this._options;
    const { connection, notice } = viewer;
    const { name } = connection;
    try {
      if (!connection.status.connected) {
        connection.start();
      }
      await startForPrograms(api, name, trans);
      await api.openFile(name, path);
    } catch (error) {
      const reason = problemText(toDesktopError(error), trans);
      notice.show(trans.__('The file could not be opened on "%1": %2', labelFor(name, trans), reason), true);
    }
  }

  private readonly _requests: JupyterRequests;
  private readonly _contents: ContentsAPI;
  private readonly _panels = element('div', 'jp-Desktop-uploads');
  /** Where what is dragged here goes, and the same once it is known. */
  private _destination: Promise<IDestination> | null = null;
  private _known: IDestination | null = null;
}

export namespace PageUploads {
  export interface IOptions {
    viewer: DesktopViewer;
    api: IDesktopAPI;
    /** The base URL of the Jupyter server, with a slash at the end. */
    baseUrl: string;
    /** Sends a request with the page's XSRF token. */
    send: SendRequest;
    trans: ITranslation;
    /** Whether the user was invited: they see the desktop only. */
    isInvited: boolean;
  }
}
