/** A small database of this origin's pages: device keys by seat, pinned roots by delegation. */
export type Shelf = 'devices' | 'pins';

const open = (): Promise<IDBDatabase> =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open('parley', 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('devices' satisfies Shelf);
      request.result.createObjectStore('pins' satisfies Shelf);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const run = async <T>(shelf: Shelf, mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>) => {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(shelf, mode, { durability: 'strict' });
      const request = act(transaction.objectStore(shelf));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
};

/** What stands under a name, or undefined. */
export const read = (shelf: Shelf, name: string): Promise<unknown> =>
  run<unknown>(shelf, 'readonly', (store) => store.get(name));

/** Puts a value under a name; resolves once it is on disk. */
export const write = async (shelf: Shelf, name: string, value: unknown): Promise<void> => {
  await run(shelf, 'readwrite', (store) => store.put(value, name));
};
