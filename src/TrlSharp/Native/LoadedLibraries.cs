namespace TrlSharp.Native;

/// <summary>How libtorch came into this process.</summary>
public sealed record LoadedLibraries
{
    /// <summary>The folder with libtorch, or null if the system's own search found it (<c>LD_LIBRARY_PATH</c>, <c>PATH</c>).</summary>
    public required string? Folder { get; init; }

    /// <summary>
    /// The copy of libLibTorchSharp.so that was loaded in place of the shipped file, or null where the shipped file loads. It differs in one bit: the
    /// version GLIBCXX_3.4.32 is marked optional. The only symbol of that version is a label that nothing refers to.
    /// </summary>
    public string? WeakenedCopy { get; init; }

    /// <summary>Cache folders that could not be written, with the reason.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Handle of libtorch_cpu.</summary>
    internal nint TorchCpu { get; init; }

    /// <summary>Handle of LibTorchSharp.</summary>
    internal nint TorchSharp { get; init; }
}
