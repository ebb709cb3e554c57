namespace TrlSharp.Models.Attention;

/// <summary>Where the keys and values of a sequence lie; valid until the cache is used again.</summary>
/// <param name="Keys">Address of [K, Capacity, H].</param>
/// <param name="Values">Address of [K, Capacity, H].</param>
/// <param name="Capacity">Tokens for which there is room.</param>
/// <param name="Start">The first token that counts.</param>
/// <param name="Count">Tokens that count; the last one is still to be written.</param>
internal readonly record struct CacheMemory(nint Keys, nint Values, int Capacity, int Start, int Count);
