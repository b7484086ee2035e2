import type { Refusal } from '@parley/protocol/bytes';

/** What a person can do about a refusal, by code, else by its family. */
const ADVICE: { readonly [code: string]: string } = {
  'backup.other':
    'Nothing was changed. It holds what another delegation’s node keeps: restore your own, or say which node is meant (--config).',
  bytes: 'The file is not what was expected here, or bytes of it are missing or changed. Have it sent again.',
  'command.usage': 'All commands: parley --help',
  'config.none':
    'Say which node is meant: --config FILE, or PARLEY_CONFIG, or run this in its folder. A new one: parley init',
  'config.wrong': 'Mend that in the configuration; every setting is described in server/config.schema.json.',
  file: 'Look at the name and the place of the file; which kind of file it must be, the help of the command says (--help).',
  'file.exists': 'Nothing is overwritten: give another name, or move that file away.',
  'file.unwritable': 'Look at the folder: does it exist, may you write there, is the disk full?',
  'identity.none': 'This node has no issuing key yet: parley init, or parley certificate where the root is elsewhere.',
  'identity.certificate-expired':
    'Its issuing key is no longer certified. One’s own: parley request. A counterpart’s: have them write a new file.',
  'identity.key-gone':
    'It was agreed on with an issuing key that this node has no longer. Call the meeting off, and agree on another.',
  'identity.not-requested': 'That certificate is for another node, or is in place already. Ask anew: parley request',
  'identity.other-root': 'Nothing was changed. A node never changes its root: begin another one with parley init.',
  'introduction.own': 'This is your own introduction. Read in the one that your counterpart sent.',
  'introduction.changed':
    'Nothing was changed and nothing opens. Speak to them by another channel before anything else: either somebody pretends to be them, or they have a new root. docs/introduce-a-counterpart.md says what to do then.',
  'introduction.name':
    'It has the name of your own delegation, or one that reads like it. Ask whoever sent it for another.',
  'introduction.future':
    'It is dated ahead of this machine’s clock. Set whichever clock is wrong, and have it written anew.',
  'introduction.renamed':
    'Nothing was changed. Speak to them by another channel; if it is they, take it with --with and --by once more.',
  'introduction.unknown': 'Give the first eight digits or more of a root, as parley counterparts shows it.',
  'introduction.unread': 'Read it in first (without --with and --by), and compare the words that you then see.',
  'introduction.address': 'Their node must be named by https. Have them set "peer" and write their introduction anew.',
  'introduction.old': 'A newer introduction of theirs was read in already; that one counts.',
  'introduction.forged': 'Nobody who holds that root signed this. Have it sent again, by another way.',
  'identity.root-unknown': 'Introduce that delegation first: parley introduce',
  'door.unknown-seat': 'It is no seat of yours in a meeting that all have agreed on: parley meetings',
  'meeting.unknown': 'Give the number as parley meetings shows it, or more of its digits.',
  'node.seat-twice': 'Another meeting that is not over has a seat of that name. Have it proposed anew.',
  'peer.not-in-meeting': 'Only a delegation that takes part can propose a meeting, or agree to it.',
  record: 'parley meetings says which there are; nothing was held in it where nobody sat.',
  'plan.wrong': 'Mend that in the plan; server/meeting.schema.json describes it.',
  'relay.secret': 'Write the secret that your relay has (static-auth-secret) into that file, on one line.',
  'store.full': 'Nothing was changed. Make room on the disk of the folder, and try again.',
  store: 'Nothing was changed. Is the disk well? parley doctor looks at what is kept.',
  'sheet.begun': 'Somebody has sat in it: it is ended by leaving it.',
  'sheet.name': 'A delegation stands in it under another name than it was introduced by: do not agree, and ask.',
  'sheet.too-long': 'A meeting is planned for 31 days at most.',
  'sheet.too-far':
    'Your issuing key is certified until then, and a meeting can be agreed on only if it begins before. Have it renewed first, or agree later.',
  'sheet.zone': 'No time zone is called so here. Have it proposed in one that both sides know.',
  'sheet.over': 'Its time has passed.',
  'sheet.withdrawn': 'It was withdrawn, and does not come back: propose another one.',
  'sheet.signed': 'It is signed by your delegation already.',
  'node.running': 'Another node holds that folder. End it, or give this one a folder of its own.',
  'node.not-started': 'That node keeps nothing yet: is it the right configuration?',
  'node.port': 'Another program listens there, or the port needs more rights: change it in the configuration.',
  'pages.not-built': 'The pages could not be built; npm ci puts everything in place that this needs.',
  'tls.unusable':
    'Put certificate chain and key where "tls" in the configuration says. parley doctor looks at them, too.',
  'words.language': 'Use one of those, or the digits, which are the same in every language.',
};

/** One sentence on what to do now; null where the refusal says it all. */
export const adviceOn = ({ code }: Refusal): string | null => ADVICE[code] ?? ADVICE[code.split('.')[0] ?? ''] ?? null;
