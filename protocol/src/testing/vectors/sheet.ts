import { encode, Refusal, toHex } from '../../bytes/index.ts';
import { readPlan } from '../../log/index.ts';
import { testMeeting } from '../meeting.ts';
import type { Json } from './json.ts';

/** Bodies of call sheets, sound and not, with the code that reading them gives. */
export const sheetVectors = async (): Promise<Json> => {
  const { body } = await testMeeting();
  const { zone: _, record: __, ...first } = body;
  const zoned = (zone: string) => ({ ...body, zone });
  const plans = [
    ['sound', body],
    ['decisions are kept', { ...body, record: 'decisions' }],
    ['nothing is kept', { ...body, record: 'nothing' }],
    ['something else is kept', { ...body, record: 'minutes' }],
    ['version 1', { ...first, v: 1 }],
    ['version 1 with the fields of 2', { ...body, v: 1 }],
    ['version 2 without its fields', first],
    ['a zone of three parts', zoned('America/Argentina/Buenos_Aires')],
    ['a zone with a sign and a digit', zoned('Etc/GMT+5')],
    ['a zone of 64 letters', zoned('A'.repeat(64))],
    ['a zone of 65 letters', zoned('A'.repeat(65))],
    ['an offset for a zone', zoned('+01:00')],
    ['a part of nothing', zoned('Europe/')],
    ['a zone with a space', zoned('Europe/ Vienna')],
    ['a path for a zone', zoned('../Vienna')],
    ['a letter with an accent', zoned('Európe/Vienna')],
    ['no time at all', { ...body, until: body.from }],
  ] as const;
  return {
    plans: plans.map(([what, plan]): Json => {
      const bytes = encode(plan);
      const read = readPlan(bytes);
      return { what, body: toHex(bytes), code: read instanceof Refusal ? read.code : 'granted' };
    }),
  };
};
