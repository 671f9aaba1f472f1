/** The ids of the commands. */
export namespace CommandIDs {
  export const open = 'vnc:open';
  export const create = 'vnc:new';
  export const start = 'vnc:start';
  export const stop = 'vnc:stop';
  export const restart = 'vnc:restart';
  export const addMonitor = 'vnc:add-monitor';
  export const addMonitorWindow = 'vnc:add-monitor-window';
  export const renameTitle = 'vnc:rename-title';
  export const anotherView = 'vnc:another-view';
  export const showLog = 'vnc:show-log';
  export const setDisplay = 'vnc:set-display';
  export const unsetDisplay = 'vnc:unset-display';
  export const newTerminal = 'vnc:new-terminal';
  export const details = 'vnc:show-details';
  export const share = 'vnc:share';
  export const fullScreen = 'vnc:full-screen';
  export const popOut = 'vnc:pop-out';
  export const screenshot = 'vnc:screenshot';
  export const screenshotArea = 'vnc:screenshot-area';
  export const ctrlAltDel = 'vnc:ctrl-alt-del';
  export const sendKeys = 'vnc:send-keys';
  export const sendClipboard = 'vnc:send-clipboard';
  export const lockPointer = 'vnc:lock-pointer';
  export const trackpad = 'vnc:trackpad';
  export const record = 'vnc:record';
  export const toggleSound = 'vnc:toggle-sound';
  export const reconnect = 'vnc:reconnect';
  export const toggleStatistics = 'vnc:toggle-statistics';
  export const openFile = 'vnc:open-file';
  export const openFileWith = 'vnc:open-file-with';
  export const revealCopied = 'vnc:reveal-copied-files';
  export const openApplication = 'vnc:open-application';
  export const pinApplication = 'vnc:pin-application';
  export const unpinApplication = 'vnc:unpin-application';
  export const desktopSettings = 'vnc:desktop-settings';
}
