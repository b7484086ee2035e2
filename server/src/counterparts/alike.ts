import unhomoglyph from 'unhomoglyph';

/** Marks, and what is not seen: controls, joiners, fillers. */
const UNSEEN = /[\p{M}\p{C}\u115f\u1160\u3164\uffa0]/gu;
const BETWEEN = /[\p{P}\p{Z}\p{S}]/gu;

/** What a name looks like: the same for names that a reader could take for each other (UTS #39 §4, skeletons). */
const lookOf = (name: string): string => {
  const bare = name.normalize('NFKD').replace(UNSEEN, '').replace(BETWEEN, '');
  return unhomoglyph(unhomoglyph(bare).toLowerCase()).normalize('NFKD').replace(UNSEEN, '').toLowerCase();
};

/** Whether a reader could take one name for the other; a name of which nothing is seen is like every other. */
export const readAlike = (one: string, other: string): boolean => {
  const look = lookOf(one);
  return look === '' || look === lookOf(other);
};
