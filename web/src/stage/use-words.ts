import { Refusal } from '@parley/protocol/bytes';
import { wordsIn } from '@parley/protocol/words';
import { useEffect, useState } from 'react';

/**
 * Numbers (0 to 2,047) as words of a language: `none` where it has no list, null until the list is loaded, and for ever
 * where it cannot be: the digits are read then.
 */
export const useWords = (numbers: readonly number[], language: string): readonly string[] | 'none' | null => {
  const wanted = `${language} ${numbers.join(' ')}`;
  const [found, setFound] = useState<{ readonly of: string; readonly words: readonly string[] | 'none' } | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `wanted` says all of them, and changes only with them
  useEffect(() => {
    let over = false;
    wordsIn(language, numbers).then(
      (words) => over || setFound({ of: wanted, words: words instanceof Refusal ? 'none' : words }),
      () => over || setFound({ of: wanted, words: 'none' }),
    );
    return () => {
      over = true;
    };
  }, [wanted]);
  return found?.of === wanted ? found.words : null;
};
