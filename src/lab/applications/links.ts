import type { IRouter, JupyterFrontEnd } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';

/** The parameters of a link that opens an application, in JupyterLab's address and in the plain page's. */
const ID = 'application';
const PATH = 'path';

const COMMAND = 'vnc:follow-application-link';

/** An application that a link names, and a file. */
export interface IApplicationLink {
  id: string;
  path?: string;
}

/** Return what the query of an address wants to open, or null. */
export function applicationLink(search: string): IApplicationLink | null {
  const query = new URLSearchParams(search);
  const id = query.get(ID);
  const path = query.get(PATH);
  return id ? { id, ...(path && { path }) } : null;
}

/** Return a query without the parameters of such a link. */
export function withoutLink(search: string): string {
  const query = new URLSearchParams(search);
  query.delete(ID);
  query.delete(PATH);
  return query.size > 0 ? `?${query.toString()}` : '';
}

/** Follow links in JupyterLab's address, once the layout is restored; a reload doesn't follow them again. */
export function followLinks(
  { commands, restored }: JupyterFrontEnd,
  router: IRouter,
  trans: TranslationBundle,
  open: (link: IApplicationLink) => Promise<void>
): void {
  commands.addCommand(COMMAND, {
    label: trans.__('Open Application…'),
    isVisible: () => false,
    execute: args => {
      const link = applicationLink(typeof args.search === 'string' ? args.search : '');
      if (link !== null) {
        void restored.then(() => {
          const { path, search, hash } = router.current;
          router.navigate(`${path}${withoutLink(search ?? '')}${hash ?? ''}`, { skipRouting: true });
          return open(link);
        });
      }
    }
  });
  router.register({ command: COMMAND, pattern: /[?&]application=/, rank: 40 });
}
