import { SUITES } from './trial/outside.ts';
import { treeVectors } from './trial/trees.ts';

treeVectors(SUITES);
