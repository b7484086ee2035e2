import { bytesToBase64, type CiphersuiteImpl, emptyPskIndex, makePskIndex } from 'ts-mls';
import { decodeAuthenticatedContent } from 'ts-mls/authenticatedContent.js';
import { determineLength } from 'ts-mls/codec/variableLength.js';
import { decodeCommit, encodeCommit } from 'ts-mls/commit.js';
import { refhash } from 'ts-mls/crypto/hash.js';
import { decryptWithLabel, encryptWithLabel } from 'ts-mls/crypto/hpke.js';
import { deriveSecret, deriveTreeSecret, expandWithLabel } from 'ts-mls/crypto/kdf.js';
import { signWithLabel, verifyWithLabel } from 'ts-mls/crypto/signature.js';
import { verifyConfirmationTag } from 'ts-mls/framedContent.js';
import { encodeGroupContext } from 'ts-mls/groupContext.js';
import { verifyGroupInfoConfirmationTag, verifyGroupInfoSignature } from 'ts-mls/groupInfo.js';
import { decodeGroupSecrets, encodeGroupSecrets } from 'ts-mls/groupSecrets.js';
import { makeKeyPackageRef } from 'ts-mls/keyPackage.js';
import { initializeEpoch, mlsExporter } from 'ts-mls/keySchedule.js';
import { decodeMlsMessage, encodeMlsMessage } from 'ts-mls/message.js';
import { protectProposal, unprotectPrivateMessage } from 'ts-mls/messageProtection.js';
import { protectProposalPublic, unprotectPublicMessage } from 'ts-mls/messageProtectionPublic.js';
import {
  decodeAdd,
  decodeExternalInit,
  decodeGroupContextExtensions,
  decodeProposal,
  decodePSK,
  decodeReinit,
  decodeRemove,
  decodeUpdate,
  encodeAdd,
  encodeExternalInit,
  encodeGroupContextExtensions,
  encodeProposal,
  encodePSK,
  encodeReinit,
  encodeRemove,
  encodeUpdate,
} from 'ts-mls/proposal.js';
import { accumulatePskSecret } from 'ts-mls/pskIndex.js';
import { decodeRatchetTree, encodeRatchetTree } from 'ts-mls/ratchetTree.js';
import { createSecretTree, deriveKey, deriveNonce, ratchetUntil } from 'ts-mls/secretTree.js';
import { expandSenderDataKey, expandSenderDataNonce } from 'ts-mls/sender.js';
import { createConfirmedHash, createInterimHash } from 'ts-mls/transcriptHash.js';
import { decryptGroupInfo, decryptGroupSecrets } from 'ts-mls/welcome.js';
import { describe, expect, test } from 'vitest';
import { toHex } from '../bytes/index.ts';
import { CONFIG } from './suite.ts';
import { ours, present, suiteBy, title, unhex, vectors, whole } from './trial/outside.ts';

type OfSuite = { readonly cipher_suite: number };
const none = new Uint8Array(0);

describe.skipIf(!present)(title('RFC 9420: bytes, key schedule, messages'), () => {
  test.skip('suites 3, 4 and 6 of every kind: ChaCha20-Poly1305 and X448 are not among what the product carries', () => {});

  test('deserialization', () => {
    const all = vectors<{ vlbytes_header: string; length: number }>('deserialization');
    expect(all.length).toBeGreaterThan(0);
    for (const one of all) expect(determineLength(unhex(one.vlbytes_header)).length).toBe(one.length);
  });

  test('crypto-basics', async () => {
    type Labelled = { label: string; out: string; secret: string };
    type Vector = OfSuite & {
      ref_hash: { label: string; out: string; value: string };
      expand_with_label: Labelled & { context: string; length: number };
      derive_secret: Labelled;
      derive_tree_secret: Labelled & { generation: number; length: number };
      sign_with_label: { priv: string; pub: string; content: string; label: string; signature: string };
      encrypt_with_label: {
        priv: string;
        pub: string;
        label: string;
        context: string;
        plaintext: string;
        kem_output: string;
        ciphertext: string;
      };
    };
    const all = ours(vectors<Vector>('crypto-basics'));
    expect(all).toHaveLength(4);
    for (const one of all) {
      const suite = await suiteBy(one.cipher_suite);
      const { ref_hash: ref, expand_with_label: expand, derive_secret: derive, derive_tree_secret: tree } = one;
      expect(toHex(await refhash(ref.label, unhex(ref.value), suite.hash))).toBe(ref.out);
      const secret = unhex(expand.secret);
      const out = await expandWithLabel(secret, expand.label, unhex(expand.context), expand.length, suite.kdf);
      expect(toHex(out)).toBe(expand.out);
      expect(toHex(await deriveSecret(unhex(derive.secret), derive.label, suite.kdf))).toBe(derive.out);
      const leaf = unhex(tree.secret);
      expect(toHex(await deriveTreeSecret(leaf, tree.label, tree.generation, tree.length, suite.kdf))).toBe(tree.out);
      const signed = one.sign_with_label;
      const [key, content] = [unhex(signed.pub), unhex(signed.content)];
      const verify = (signature: Uint8Array) => verifyWithLabel(key, signed.label, content, signature, suite.signature);
      expect(await verify(unhex(signed.signature))).toBe(true);
      expect(await verify(await signWithLabel(unhex(signed.priv), signed.label, content, suite.signature))).toBe(true);
      const sealed = one.encrypt_with_label;
      const [priv, context] = [await suite.hpke.importPrivateKey(unhex(sealed.priv)), unhex(sealed.context)];
      const open = (kem: Uint8Array, text: Uint8Array) =>
        decryptWithLabel(priv, sealed.label, context, kem, text, suite.hpke);
      expect(toHex(await open(unhex(sealed.kem_output), unhex(sealed.ciphertext)))).toBe(sealed.plaintext);
      const pub = await suite.hpke.importPublicKey(unhex(sealed.pub));
      const again = await encryptWithLabel(pub, sealed.label, context, unhex(sealed.plaintext), suite.hpke);
      expect(toHex(await open(again.enc, again.ct))).toBe(sealed.plaintext);
    }
  });

  test('secret-tree', async () => {
    type Ratchet = {
      generation: number;
      application_key: string;
      application_nonce: string;
      handshake_key: string;
      handshake_nonce: string;
    };
    type Vector = OfSuite & {
      encryption_secret: string;
      sender_data: { sender_data_secret: string; ciphertext: string; key: string; nonce: string };
      leaves: Ratchet[][];
    };
    for (const one of ours(vectors<Vector>('secret-tree'))) {
      const suite = await suiteBy(one.cipher_suite);
      const [secret, text] = [unhex(one.sender_data.sender_data_secret), unhex(one.sender_data.ciphertext)];
      expect(toHex(await expandSenderDataKey(suite, secret, text))).toBe(one.sender_data.key);
      expect(toHex(await expandSenderDataNonce(suite, secret, text))).toBe(one.sender_data.nonce);
      const tree = await createSecretTree(one.leaves.length, unhex(one.encryption_secret), suite.kdf);
      for (const [leaf, ratchets] of one.leaves.entries())
        for (const expected of ratchets)
          for (const kind of ['application', 'handshake'] as const) {
            const root = tree[leaf * 2]?.[kind];
            if (!root) throw new Error(`no leaf ${leaf}`);
            const { generation } = expected;
            const [at] = await ratchetUntil(root, generation, CONFIG.keyRetentionConfig, suite.kdf);
            expect(toHex(await deriveKey(at.secret, generation, suite))).toBe(expected[`${kind}_key`]);
            expect(toHex(await deriveNonce(at.secret, generation, suite))).toBe(expected[`${kind}_nonce`]);
          }
    }
  });

  const contextOf = (
    suite: CiphersuiteImpl,
    group: string,
    epoch: number | bigint,
    tree: string,
    transcript: string,
  ) => ({
    version: 'mls10' as const,
    cipherSuite: suite.name,
    groupId: unhex(group),
    epoch: BigInt(epoch),
    treeHash: unhex(tree),
    confirmedTranscriptHash: unhex(transcript),
    extensions: [],
  });

  test('key-schedule', async () => {
    type Epoch = { [name: string]: string } & { exporter: never };
    type Vector = OfSuite & {
      group_id: string;
      initial_init_secret: string;
      epochs: (Epoch & { exporter: { label: string; context: string; length: number; secret: string } })[];
    };
    for (const one of ours(vectors<Vector>('key-schedule'))) {
      const suite = await suiteBy(one.cipher_suite);
      let init: Uint8Array = unhex(one.initial_init_secret);
      for (const [n, epoch] of one.epochs.entries()) {
        const at = (name: string): string => epoch[name] ?? '';
        const context = contextOf(suite, one.group_id, n, at('tree_hash'), at('confirmed_transcript_hash'));
        expect(toHex(encodeGroupContext(context))).toBe(at('group_context'));
        const made = await initializeEpoch(
          init,
          unhex(at('commit_secret')),
          context,
          unhex(at('psk_secret')),
          suite.kdf,
        );
        const { keySchedule: keys } = made;
        const pairs: [Uint8Array, string][] = [
          [made.joinerSecret, 'joiner_secret'],
          [made.welcomeSecret, 'welcome_secret'],
          [made.encryptionSecret, 'encryption_secret'],
          [keys.initSecret, 'init_secret'],
          [keys.senderDataSecret, 'sender_data_secret'],
          [keys.exporterSecret, 'exporter_secret'],
          [keys.epochAuthenticator, 'epoch_authenticator'],
          [keys.externalSecret, 'external_secret'],
          [keys.confirmationKey, 'confirmation_key'],
          [keys.membershipKey, 'membership_key'],
          [keys.resumptionPsk, 'resumption_psk'],
        ];
        for (const [secret, name] of pairs) expect(toHex(secret), name).toBe(at(name));
        const external = await suite.hpke.deriveKeyPair(keys.externalSecret);
        expect(toHex(await suite.hpke.exportPublicKey(external.publicKey))).toBe(at('external_pub'));
        const { label, context: about, length, secret } = epoch.exporter;
        expect(toHex(await mlsExporter(keys.exporterSecret, label, unhex(about), length, suite))).toBe(secret);
        init = keys.initSecret;
      }
    }
  });

  test('psk_secret', async () => {
    type Vector = OfSuite & { psks: { psk_id: string; psk: string; psk_nonce: string }[]; psk_secret: string };
    for (const one of ours(vectors<Vector>('psk_secret'))) {
      const suite = await suiteBy(one.cipher_suite);
      const index = makePskIndex(
        undefined,
        Object.fromEntries(one.psks.map(({ psk_id, psk }) => [bytesToBase64(unhex(psk_id)), unhex(psk)])),
      );
      const ids = one.psks.map((psk) => ({
        psktype: 'external' as const,
        pskId: unhex(psk.psk_id),
        pskNonce: unhex(psk.psk_nonce),
      }));
      const [secret] = await accumulatePskSecret(ids, index, suite, new Uint8Array(suite.kdf.size));
      expect(toHex(secret)).toBe(one.psk_secret);
    }
  });

  test('transcript-hashes', async () => {
    type Vector = OfSuite & {
      confirmation_key: string;
      authenticated_content: string;
      interim_transcript_hash_before: string;
      confirmed_transcript_hash_after: string;
      interim_transcript_hash_after: string;
    };
    for (const one of ours(vectors<Vector>('transcript-hashes'))) {
      const { hash } = await suiteBy(one.cipher_suite);
      const { content, auth, wireformat } = whole(decodeAuthenticatedContent, one.authenticated_content);
      if (auth.contentType !== 'commit' || content.contentType !== 'commit') throw new Error('no commit');
      const input = { wireformat, content, signature: auth.signature };
      const confirmed = await createConfirmedHash(unhex(one.interim_transcript_hash_before), input, hash);
      expect(toHex(confirmed)).toBe(one.confirmed_transcript_hash_after);
      expect(await verifyConfirmationTag(unhex(one.confirmation_key), auth.confirmationTag, confirmed, hash)).toBe(
        true,
      );
      const interim = await createInterimHash(confirmed, auth.confirmationTag, hash);
      expect(toHex(interim)).toBe(one.interim_transcript_hash_after);
    }
  });

  test('message-protection', async () => {
    type Vector = OfSuite & {
      group_id: string;
      epoch: number;
      tree_hash: string;
      confirmed_transcript_hash: string;
      signature_priv: string;
      signature_pub: string;
      encryption_secret: string;
      sender_data_secret: string;
      membership_key: string;
      proposal: string;
      proposal_priv: string;
      proposal_pub: string;
      commit: string;
      commit_priv: string;
      commit_pub: string;
      application: string;
      application_priv: string;
    };
    for (const one of ours(vectors<Vector>('message-protection'))) {
      const suite = await suiteBy(one.cipher_suite);
      const context = contextOf(suite, one.group_id, one.epoch, one.tree_hash, one.confirmed_transcript_hash);
      const [pub, priv] = [unhex(one.signature_pub), unhex(one.signature_priv)];
      const [member, sender] = [unhex(one.membership_key), unhex(one.sender_data_secret)];
      const secrets = await createSecretTree(2, unhex(one.encryption_secret), suite.kdf);
      const openPublic = async (hex: string) => {
        const message = whole(decodeMlsMessage, hex);
        if (message.wireformat !== 'mls_public_message') throw new Error('no PublicMessage');
        return (await unprotectPublicMessage(member, context, [], message.publicMessage, suite, pub)).content;
      };
      const openPrivate = async (hex: string) => {
        const message = whole(decodeMlsMessage, hex);
        if (message.wireformat !== 'mls_private_message') throw new Error('no PrivateMessage');
        const { privateMessage } = message;
        const retention = CONFIG.keyRetentionConfig;
        const read = await unprotectPrivateMessage(sender, privateMessage, secrets, [], context, retention, suite, pub);
        return read.content.content;
      };
      const proposal = whole(decodeProposal, one.proposal);
      const made = await protectProposalPublic(priv, member, context, none, proposal, 1, suite);
      const own = encodeMlsMessage({
        version: 'mls10',
        wireformat: 'mls_public_message',
        publicMessage: made.publicMessage,
      });
      const padding = { kind: 'alwaysPad', paddingLength: 0 } as const;
      const hidden = await protectProposal(priv, sender, proposal, none, context, secrets, 1, padding, suite);
      const ownHidden = encodeMlsMessage({
        version: 'mls10',
        wireformat: 'mls_private_message',
        privateMessage: hidden.privateMessage,
      });
      for (const read of [
        await openPublic(one.proposal_pub),
        await openPrivate(one.proposal_priv),
        await openPublic(toHex(own)),
        await openPrivate(toHex(ownHidden)),
      ])
        expect(read.contentType === 'proposal' && toHex(encodeProposal(read.proposal))).toBe(one.proposal);
      for (const read of [await openPublic(one.commit_pub), await openPrivate(one.commit_priv)])
        expect(read.contentType === 'commit' && toHex(encodeCommit(read.commit))).toBe(one.commit);
      const application = await openPrivate(one.application_priv);
      expect(application.contentType === 'application' && toHex(application.applicationData)).toBe(one.application);
    }
  });

  test('welcome', async () => {
    type Vector = OfSuite & { init_priv: string; signer_pub: string; key_package: string; welcome: string };
    for (const one of ours(vectors<Vector>('welcome'))) {
      const suite = await suiteBy(one.cipher_suite);
      const [own, message] = [whole(decodeMlsMessage, one.key_package), whole(decodeMlsMessage, one.welcome)];
      if (own.wireformat !== 'mls_key_package' || message.wireformat !== 'mls_welcome') throw new Error('other kinds');
      const key = await suite.hpke.importPrivateKey(unhex(one.init_priv));
      const ref = await makeKeyPackageRef(own.keyPackage, suite.hash);
      const secrets = await decryptGroupSecrets(key, ref, message.welcome, suite.hpke);
      if (!secrets) throw new Error('no secrets');
      const zeros = new Uint8Array(suite.kdf.size);
      const [psk] = await accumulatePskSecret(secrets.psks, emptyPskIndex, suite, zeros);
      const info = await decryptGroupInfo(message.welcome, secrets.joinerSecret, psk, suite);
      if (!info) throw new Error('no info');
      expect(await verifyGroupInfoSignature(info, unhex(one.signer_pub), suite.signature)).toBe(true);
      expect(await verifyGroupInfoConfirmationTag(info, secrets.joinerSecret, psk, suite)).toBe(true);
    }
  });

  test('messages', () => {
    const again =
      <T>(decode: Parameters<typeof whole<T>>[0], encode: (value: T) => Uint8Array): ((hex: string) => string) =>
      (hex) =>
        toHex(encode(whole(decode, hex)));
    const message = again(decodeMlsMessage, encodeMlsMessage);
    const kinds: { [name: string]: (hex: string) => string } = {
      mls_welcome: message,
      mls_group_info: message,
      mls_key_package: message,
      public_message_proposal: message,
      public_message_commit: message,
      public_message_application: message,
      private_message: message,
      ratchet_tree: again(decodeRatchetTree, encodeRatchetTree),
      group_secrets: again(decodeGroupSecrets, encodeGroupSecrets),
      add_proposal: again(decodeAdd, encodeAdd),
      update_proposal: again(decodeUpdate, encodeUpdate),
      remove_proposal: again(decodeRemove, encodeRemove),
      pre_shared_key_proposal: again(decodePSK, encodePSK),
      re_init_proposal: again(decodeReinit, encodeReinit),
      external_init_proposal: again(decodeExternalInit, encodeExternalInit),
      group_context_extensions_proposal: again(decodeGroupContextExtensions, encodeGroupContextExtensions),
      commit: again(decodeCommit, encodeCommit),
    };
    const all = vectors<{ [name: string]: string }>('messages');
    for (const one of all) for (const [name, hex] of Object.entries(one)) expect(kinds[name]?.(hex), name).toBe(hex);
    expect(all).toHaveLength(300);
  });
});
