using TrlSharp.Templates.Jinja.Statements;

namespace TrlSharp.Templates.Jinja.Scoping;

/// <summary>A template that was read: statements whose variables have their places.</summary>
/// <param name="Body">The statements.</param>
/// <param name="Layout">Its own variables.</param>
/// <param name="Size">Number of slots of its own.</param>
/// <param name="ContextNames">What it reads from the context, in the order of the context's slots.</param>
/// <param name="Blocks">Its blocks by name.</param>
internal sealed record TemplateProgram(Statement[] Body, FrameLayout Layout, int Size, IReadOnlyList<string> ContextNames, IReadOnlyDictionary<string, BlockStatement> Blocks)
{
    /// <summary>Number of the statement at which the ending begins.</summary>
    public int Ending { get; } = Statements.Ending.Of(Body);

    public static TemplateProgram Of(Statement[] body, IReadOnlyDictionary<string, BlockStatement> blocks)
    {
        var symbols = Symbols.Root();
        symbols.Declare(body);
        Symbols.Bind(symbols, body);
        return new(body, symbols.Layout(), symbols.Function.Size, symbols.Function.Context.Names, blocks);
    }
}
