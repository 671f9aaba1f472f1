/** The members of JupyterLab's application that the tests use. */
interface Window {
  jupyterapp: {
    version: string;
    hasPlugin(id: string): boolean;
    shell: { currentWidget: object | null };
    serviceManager: { settings: { save(id: string, raw: string): Promise<void> } };
    commands: { execute(id: string, args?: object): Promise<unknown> };
  };
}
