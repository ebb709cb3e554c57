namespace TrlSharp.Templates.Jinja.Text;

/// <summary>The spans of a text value while a template is rendered: they tile it, and their offsets are those of the value. In one that is only a pattern for others, they say nothing.</summary>
internal static class Runs
{
    /// <summary>Owner of data read but not yet put anywhere: whoever uses it in an expression or output decides.</summary>
    public const int Unowned = -2;

    /// <summary>All of a source string, character by character.</summary>
    public static RenderedSpan Exact(int length, Origin origin, int owner = Unowned, bool prompt = false) => new(0, length, origin, 0, length, true, owner, prompt);

    /// <summary>Characters [from, to) of a run, as a text of their own.</summary>
    public static RenderedSpan Slice(this in RenderedSpan run, int from, int to) => run.Exact
        ? run with { Start = 0, End = to - from, SourceStart = run.SourceStart + from, SourceEnd = run.SourceStart + to }
        : run with { Start = 0, End = to - from };

    /// <summary>As many characters as given, all standing for the whole source range.</summary>
    public static RenderedSpan Stretched(this in RenderedSpan run, int length) => run with { Start = 0, End = length, Exact = run.Exact && length == run.Length };

    /// <summary>As many characters as given, from the same place of the source on.</summary>
    public static RenderedSpan OfLength(this in RenderedSpan run, int length) =>
        run with { Start = 0, End = length, SourceEnd = run.Exact ? run.SourceStart + length : run.SourceEnd };

    /// <summary>Whether <paramref name="next"/>, of the same origin, goes on where this run ends in the source, or stands for the same range of it.</summary>
    public static bool IsContinuedBy(this in RenderedSpan run, in RenderedSpan next) =>
        run.Exact == next.Exact && (run.Exact ? run.SourceEnd == next.SourceStart : run.SourceStart == next.SourceStart && run.SourceEnd == next.SourceEnd);
}
