namespace TrlSharp.Rows;

/// <summary>
/// Which part of a data set a file belongs to, from its path: a word <c>train</c>, <c>test</c> … set off by anything but letters, as in
/// <c>data/train-00000-of-00003.parquet</c>, <c>test.jsonl</c> or <c>validation/part.json</c>. The words are those of data-set repositories.
/// </summary>
internal static class DataSplits
{
    public const string Train = "train";

    private static readonly (string Word, string Split)[] Words =
    [
        ("train", Train), ("training", Train),
        ("validation", "validation"), ("valid", "validation"), ("val", "validation"), ("dev", "validation"),
        ("test", "test"), ("testing", "test"), ("eval", "test"), ("evaluation", "test"),
    ];

    /// <summary>The split that <paramref name="relativePath"/> names, its last word deciding; null when it names none.</summary>
    /// <param name="relativePath">Relative to the data set's folder: names of outer folders say nothing.</param>
    /// <param name="wanted">A further word that counts (<c>train_sft</c>).</param>
    public static string? Of(string relativePath, string wanted)
    {
        var best = -1;
        string? split = null;
        foreach (var (word, meaning) in Words.Append((wanted, Canonical(wanted))))
        {
            var at = LastWord(relativePath, word);
            if (at < 0 || at < best || (at == best && split is not null && word.Length < split.Length)) continue;
            (best, split) = (at, meaning);
        }

        return split;
    }

    /// <summary><c>val</c> → <c>validation</c>; other names stay.</summary>
    public static string Canonical(string split)
    {
        foreach (var (word, meaning) in Words)
            if (word == split) return meaning;
        return split;
    }

    private static int LastWord(string path, string word)
    {
        for (var at = path.Length; at > 0;)
        {
            at = path.LastIndexOf(word, at - 1, StringComparison.OrdinalIgnoreCase);
            if (at < 0) return -1;
            var end = at + word.Length;
            if ((at == 0 || !IsWordLetter(path[at - 1])) && (end == path.Length || !IsWordLetter(path[end]))) return at;
        }

        return -1;
    }

    private static bool IsWordLetter(char c) => char.IsAsciiLetter(c);
}
