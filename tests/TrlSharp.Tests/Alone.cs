namespace TrlSharp.Tests;

/// <summary>Tests that run after all others, one by one: they measure the whole process, or disturb it.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
