import { english } from '../../fakes/translation';
import { RecordingForm } from '../../../../src/viewer/recording/recordingform';

it('keeps the suffix of the file and the format the same', () => {
  const form = new RecordingForm('folder/a.mp4', english);
  const [file] = form.node.querySelectorAll('input');
  const [format] = form.node.querySelectorAll('select');
  expect([form.path, format.value]).toEqual(['folder/a.mp4', '.mp4']);
  format.value = '.webm';
  format.dispatchEvent(new Event('change'));
  expect(file.value).toBe('folder/a.webm');
  file.value = 'b.mp4';
  file.dispatchEvent(new Event('change'));
  expect([form.path, format.value]).toEqual(['b.mp4', '.mp4']);
  file.value = ' c ';
  expect(form.path).toBe('c.mp4');
});
