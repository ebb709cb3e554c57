using TrlSharp.Tokenization.Unicode;

namespace TrlSharp.Tokenization.Regexes;

/// <summary>A parsed regular expression.</summary>
internal abstract record RegexNode
{
    /// <summary>One character of a set.</summary>
    public sealed record Set(CodePointSet Characters) : RegexNode;

    /// <summary>One after the other.</summary>
    public sealed record Sequence(IReadOnlyList<RegexNode> Parts) : RegexNode;

    /// <summary>The first that leads to a match.</summary>
    public sealed record Choice(IReadOnlyList<RegexNode> Options) : RegexNode;

    /// <summary>Between <paramref name="Least"/> and <paramref name="Most"/> times; −1 is without limit. Suffix: "" greedy, "?" lazy, "+" possessive.</summary>
    public sealed record Repeat(RegexNode Body, int Least, int Most, string Suffix) : RegexNode;

    /// <summary>A group that .NET writes with the same opening: <c>(?:</c>, <c>(?&gt;</c>, <c>(?=</c>, <c>(?!</c>, <c>(?&lt;=</c>, <c>(?&lt;!</c>.</summary>
    public sealed record Group(string Opening, RegexNode Body) : RegexNode;

    /// <summary>A place: one of <c>^ $ \b \B \A \z \Z</c> (Oniguruma's meaning).</summary>
    public sealed record Anchor(string Symbol) : RegexNode;
}
