globalThis.Wherry = 'größer';
