import { treeVectors } from './trial/trees.ts';

// The suites with NIST curves take a minute: vectors-tree.long.ts.
treeVectors([1]);
