import { useState } from 'react';
import type { CodeView } from '../session/view.ts';

/** Whether the card with the table's code is in sight. */
export type CardState = { readonly shown: boolean; readonly toggle: () => void };

/**
 * Shows the card by itself on every screen when a code is begun, or when one stands that was not seen yet; a person
 * puts it away, and brings it back.
 */
export const useCodeCard = ({ round, standing }: CodeView): CardState => {
  const news = round === null ? (standing?.numbers.join(' ') ?? '') : round.kind;
  const [state, setState] = useState({ shown: false, news: '' });
  if (news !== state.news) setState({ shown: news === '' ? state.shown : true, news });
  return { shown: state.shown, toggle: () => setState({ shown: !state.shown, news }) };
};
