import { Signal } from '@lumino/signaling';

import { english } from '../../fakes/translation';
import { installSound } from '../../fakes/sound';
import { MicrophoneSign } from '../../../../src/viewer/sound/microphonesign';
import { SoundControl } from '../../../../src/viewer/sound/soundcontrol';

import type { DesktopSound, MicrophoneState, SoundState } from '../../../../src/viewer/sound/desktopsound';

class FakeSound {
  state: SoundState = 'muted';
  microphone: MicrophoneState = 'hidden';
  error = '';
  volume = 80;
  level = 0;
  readonly changed = new Signal<this, void>(this);
  readonly toggle = jest.fn();
  readonly toggleMicrophone = jest.fn();
  readonly remember = jest.fn();
  measure = () => this.level;

  set(change: Partial<Pick<FakeSound, 'state' | 'microphone' | 'error'>>): void {
    Object.assign(this, change);
    this.changed.emit();
  }
}

let sound: FakeSound;
let control: SoundControl;
let acted: jest.Mock;

const find = <T extends HTMLElement = HTMLElement>(selector: string) => control.node.querySelector<T>(selector)!;
const popup = () => find('[popover], .jp-Desktop-soundPopup');
const microphone = () => find<HTMLButtonElement>('.jp-Desktop-soundPopup button');
const open = (newState: string) => popup().dispatchEvent(Object.assign(new Event('beforetoggle'), { newState }));

beforeEach(() => {
  installSound();
  sound = new FakeSound();
  acted = jest.fn();
  control = new SoundControl({ sound: sound as unknown as DesktopSound, trans: english, acted });
});

afterEach(() => control.dispose());

it('unmutes and mutes, and says what a click does', () => {
  expect(control.button.getAttribute('aria-label')).toBe('Unmute Desktop');
  expect(control.button.title).toContain('browsers play sound only after a click');
  control.button.click();
  expect(sound.toggle).toHaveBeenCalledTimes(1);
  expect(acted).toHaveBeenCalledTimes(1);
  sound.set({ state: 'playing' });
  expect(control.button.getAttribute('aria-label')).toBe('Mute Desktop');
  sound.set({ state: 'elsewhere' });
  expect(control.button.title).toContain('plays in another tab or panel');
  expect(control.button.getAttribute('aria-label')).toBe('Unmute Desktop');
});

it('is hidden, or says why there is no sound', () => {
  sound.set({ state: 'hidden' });
  expect(control.node.hidden).toBe(true);
  sound.set({ state: 'unavailable' });
  expect(control.node.hidden).toBe(false);
  expect(control.button.getAttribute('aria-disabled')).toBe('true');
  expect(popup().textContent).toContain('This desktop has no sound');
  control.button.click();
  expect(sound.toggle).not.toHaveBeenCalled();
  Object.assign(window, { AudioWorkletNode: undefined });
  sound.set({ state: 'unavailable' });
  expect(popup().textContent).toContain('only on secure pages');
});

it('shows an error until the next attempt', () => {
  sound.set({ error: 'The worklet does not load.' });
  expect(find('[role=status]').textContent).toBe('The worklet does not load.');
  sound.set({ error: '', state: 'playing' });
  expect(find('[role=status]').textContent).toContain('You hear the desktop');
});

it('changes the volume while the slider moves, and remembers where it stays', () => {
  const slider = find<HTMLInputElement>('input[type=range]');
  expect(slider.labels?.[0].textContent).toBe('Volume');
  expect(slider.value).toBe('80');
  slider.value = '35';
  slider.dispatchEvent(new Event('input'));
  expect(sound.volume).toBe(35);
  expect(sound.remember).not.toHaveBeenCalled();
  slider.dispatchEvent(new Event('change'));
  expect(sound.remember).toHaveBeenCalledTimes(1);
});

it('draws the level only while it is open and plays', () => {
  const frames = jest.spyOn(window, 'requestAnimationFrame').mockReturnValue(1);
  sound.set({ state: 'playing' });
  expect(frames).not.toHaveBeenCalled();
  sound.level = 0.1;
  open('open');
  expect(find<HTMLMeterElement>('meter').value).toBe(40);
  expect(find('.jp-Desktop-soundMore').getAttribute('aria-expanded')).toBe('true');
  expect(frames).toHaveBeenCalledTimes(1);
  open('closed');
  sound.level = 0;
  sound.set({ state: 'muted' });
  expect(frames).toHaveBeenCalledTimes(1);
  expect(find('.jp-Desktop-soundMore').getAttribute('aria-expanded')).toBe('false');
});

it('turns the microphone on by a click alone, and shows a sign', () => {
  const sign = new MicrophoneSign(sound as unknown as DesktopSound, english);
  expect(microphone().hidden).toBe(true);
  sound.set({ microphone: 'unavailable' });
  expect([microphone().hidden, microphone().disabled]).toEqual([false, true]);
  sound.set({ microphone: 'off' });
  expect(microphone().textContent).toBe('Turn Microphone On');
  expect(sign.node.hidden).toBe(true);
  microphone().click();
  expect(sound.toggleMicrophone).toHaveBeenCalledTimes(1);
  sound.set({ microphone: 'on' });
  expect(microphone().textContent).toBe('Turn Microphone Off');
  expect(sign.node.hidden).toBe(false);
  sign.node.querySelector('button')!.click();
  expect(sound.toggleMicrophone).toHaveBeenCalledTimes(2);
  sign.dispose();
});
