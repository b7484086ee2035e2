export { numberText, wordsIn } from './words.ts';
