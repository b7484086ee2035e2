import { encodeMlsMessage, type GroupInfo, type RatchetTree } from 'ts-mls';
import { createConfirmationTag } from 'ts-mls/framedContent.js';
import { extractWelcomeSecret, signGroupInfo } from 'ts-mls/groupInfo.js';
import { makeKeyPackageRef } from 'ts-mls/keyPackage.js';
import { deriveKeySchedule } from 'ts-mls/keySchedule.js';
import { encodeRatchetTree } from 'ts-mls/ratchetTree.js';
import { treeHashRoot } from 'ts-mls/treeHash.js';
import { decryptGroupInfo, decryptGroupSecrets, encryptGroupInfo, encryptGroupSecrets } from 'ts-mls/welcome.js';
import { type Bytes, hash } from '../../bytes/index.ts';
import { readMessage, WELCOME_LIMIT } from '../message.ts';
import { type OwnPackage, openPackage } from '../package.ts';
import { NO_KEY } from '../suite.ts';
import type { Rogue } from './raw.ts';

type Secrets = NonNullable<Awaited<ReturnType<typeof decryptGroupSecrets>>>;

/** What a forger changes of a true Welcome; everything that depends on it is made anew, and signed. */
export type Forgery = {
  readonly tree?: (tree: RatchetTree) => RatchetTree;
  readonly treeBytes?: Uint8Array;
  readonly context?: Partial<GroupInfo['groupContext']>;
  readonly extensions?: (extensions: GroupInfo['extensions']) => GroupInfo['extensions'];
  readonly secrets?: Partial<Secrets>;
  readonly signer?: number;
};

/** A Welcome as its forger likes, true in all but what was changed: tree hash, tag and signature fit. */
export const forgeWelcome = async (
  by: Rogue,
  welcome: Uint8Array,
  tree: RatchetTree,
  victim: OwnPackage,
  forgery: Forgery,
): Promise<{ readonly welcome: Bytes; readonly authenticator: Bytes }> => {
  const { suite } = by;
  const message = readMessage(welcome, WELCOME_LIMIT);
  if (message?.wireformat !== 'mls_welcome') throw new Error('no Welcome');
  const own = openPackage(victim);
  const ref = await makeKeyPackageRef(own.public, suite.hash);
  const init = await suite.hpke.importPrivateKey(own.private.initPrivateKey);
  const zeros = new Uint8Array(suite.kdf.size);
  const secrets = await decryptGroupSecrets(init, ref, message.welcome, suite.hpke);
  const info = secrets && (await decryptGroupInfo(message.welcome, secrets.joinerSecret, zeros, suite));
  if (!secrets || !info) throw new Error('cannot open the true Welcome');

  const changed = forgery.tree ? forgery.tree(tree.map((node) => (node ? structuredClone(node) : node))) : tree;
  const treeHash = await treeHashRoot(changed, suite.hash);
  const groupContext = { ...info.groupContext, treeHash, ...forgery.context };
  const extensionData = forgery.treeBytes ?? encodeRatchetTree(changed);
  const plain: GroupInfo['extensions'] = [{ extensionType: 'ratchet_tree', extensionData }];
  const [schedule] = await deriveKeySchedule(secrets.joinerSecret, zeros, groupContext, suite.kdf);
  const tag = await createConfirmationTag(schedule.confirmationKey, groupContext.confirmedTranscriptHash, suite.hash);
  const forged = await signGroupInfo(
    {
      groupContext,
      extensions: forgery.extensions?.(plain) ?? plain,
      confirmationTag: tag,
      signer: forgery.signer ?? info.signer,
    },
    NO_KEY,
    suite.signature,
  );
  const welcomeSecret = await extractWelcomeSecret(secrets.joinerSecret, zeros, suite.kdf);
  const encryptedGroupInfo = await encryptGroupInfo(forged, welcomeSecret, suite);
  const sealed = await encryptGroupSecrets(
    await suite.hpke.importPublicKey(own.public.initKey),
    encryptedGroupInfo,
    { ...secrets, ...forgery.secrets },
    suite.hpke,
  );
  const bytes = encodeMlsMessage({
    version: 'mls10',
    wireformat: 'mls_welcome',
    welcome: {
      cipherSuite: suite.name,
      secrets: [{ newMember: ref, encryptedGroupSecrets: { kemOutput: sealed.enc, ciphertext: sealed.ct } }],
      encryptedGroupInfo,
    },
  });
  return {
    welcome: new Uint8Array(bytes),
    authenticator: hash('epoch-authenticator', schedule.epochAuthenticator),
  };
};
