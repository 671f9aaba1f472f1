import { ProblemCodes, toDesktopError } from '../services/problems';
import { translateServerText } from '../viewer/servertexts';
import { element } from '../viewer/sharing/element';

import type { Desktop } from '../model';
import type { IDesktopAPI } from '../tokens';
import type { ITranslation } from '../viewer/translation';

export interface IOpenOptions {
  /** The id of the application's desktop entry. */
  id: string;
  /** The path of a file in the Contents API. */
  path?: string;
  api: IDesktopAPI;
  trans: ITranslation;
}

/** Ask whether to open an application, and open it; return the name of its desktop, which the address has from then on. */
export async function openApplication({ id, path, api, trans }: IOpenOptions): Promise<string> {
  const language = document.documentElement.lang.replace('-', '_');
  const known = await api.installedApplications(language).catch(() => []);
  const title = known.find(each => each.id === id)?.name ?? id;
  const text =
    path === undefined
      ? trans.__('A link wants to start this program on the Jupyter server.')
      : trans.__('A link wants to start this program on the Jupyter server, and to open the file "%1".', path);
  const reason = element('p', 'jp-Desktop-reason');
  reason.setAttribute('role', 'alert');
  const button = element('button', 'jp-mod-styled jp-mod-accept', trans.__('Open'));
  const page = element('main', 'jp-Desktop-question jp-Desktop-status');
  page.append(element('h2', '', trans.__('Open "%1"?', title)), element('p', '', text), reason, button);
  document.title = title;
  document.body.append(page);
  return new Promise(resolve => {
    const open = async () => {
      button.disabled = true;
      reason.textContent = '';
      try {
        const { name } = await api.openApplication(id, language, path);
        history.replaceState(null, '', `?${new URLSearchParams({ desktop: name }).toString()}`);
        page.remove();
        resolve(name);
      } catch (error) {
        reason.textContent = translateServerText(toDesktopError(error).message, trans);
        button.disabled = false;
      }
    };
    button.addEventListener('click', () => void open());
  });
}

/** Whether the application of a desktop has ended, without a problem. */
export function hasEnded({ phase, problem }: Desktop.IStatus): boolean {
  return phase === 'stopped' && (problem === null || problem.code === ProblemCodes.UNKNOWN);
}

/** Say that an application has ended, instead of offering to create a desktop of its name again. */
export function showEnded({ id, name }: Desktop.IApplication, node: HTMLElement, trans: ITranslation): void {
  const page = element('main', 'jp-Desktop-question jp-Desktop-status');
  const again = element('a', '', trans.__('Open it again'));
  again.href = `?${new URLSearchParams({ application: id }).toString()}`;
  page.append(element('h2', '', trans.__('"%1" has ended', name)), again);
  node.replaceWith(page);
}
