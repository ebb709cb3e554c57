namespace TrlSharp.Cache;

/// <summary>A file of prepared data.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="LastUsed">When a run made or found it last, UTC.</param>
public readonly record struct CachedFile(string Path, long Length, DateTime LastUsed);
