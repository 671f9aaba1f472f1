import { nullTranslator } from '@jupyterlab/translation';

/** JupyterLab's translations, in English. */
export const english = nullTranslator.load('jupyter_vnc_proxy');
