namespace TrlSharp.Templates.Jinja.Text;

/// <summary>Characters of one origin inside a text value. Lengths and offsets are UTF-16. Only <see cref="TextBuilder"/> changes one, in its own memory.</summary>
/// <param name="Length">Number of characters; never 0 inside a value.</param>
/// <param name="Origin">Where they came from.</param>
/// <param name="SourceStart">First character of the source range.</param>
/// <param name="SourceEnd">One past its last.</param>
/// <param name="Exact">Character k of the run is character k of the source range.</param>
/// <param name="Owner">Message in whose iteration the characters were evaluated; −1 none; <see cref="Unowned"/> not yet decided.</param>
/// <param name="Prompt">Evaluated under a condition that reads <c>add_generation_prompt</c>.</param>
/// <param name="Generation">Number of the generation block around it; 0 for none.</param>
internal record struct Run(int Length, Origin Origin, int SourceStart, int SourceEnd, bool Exact, int Owner, bool Prompt = false, int Generation = 0)
{
    /// <summary>Data read but not yet put anywhere: whoever uses it in an expression or output decides.</summary>
    public const int Unowned = -2;

    /// <summary>Characters [from, to) of this run.</summary>
    public readonly Run Slice(int from, int to) => Exact
        ? this with { Length = to - from, SourceStart = SourceStart + from, SourceEnd = SourceStart + to }
        : this with { Length = to - from };

    /// <summary>As many characters as given, all standing for the whole source range.</summary>
    public readonly Run Stretched(int length) => this with { Length = length, Exact = Exact && length == Length };

    /// <summary>Whether <paramref name="next"/>, of the same origin, goes on where this run ends in the source, or stands for the same range of it.</summary>
    public readonly bool Continues(in Run next) =>
        Exact == next.Exact && (Exact ? SourceEnd == next.SourceStart : SourceStart == next.SourceStart && SourceEnd == next.SourceEnd);
}
