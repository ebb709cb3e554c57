using TrlSharp.Templates.Jinja;
using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Scoping;
using TrlSharp.Templates.Jinja.Syntax;

namespace TrlSharp.Templates;

/// <summary>
/// A chat template: a program in Jinja2, as transformers sets it up (immutable sandbox, <c>trim_blocks</c>, <c>lstrip_blocks</c>, loop controls,
/// generation blocks, its own <c>tojson</c>), interpreted over text whose characters know where they came from. Parsed once, immutable, safe for
/// any number of threads; it reaches no file, environment or network.
/// </summary>
public sealed class ChatTemplate
{
    private readonly TemplateProgram _program;
    private readonly TemplateContext _context;
    private readonly IReadOnlyDictionary<string, string> _specialTokens;
    private readonly RenderBudget _budget;

    private ChatTemplate(string source, string name, TemplateProgram program, IReadOnlyDictionary<string, string> specialTokens, RenderBudget budget) =>
        (Source, Name, _program, _context, _specialTokens, _budget) = (source, name, program, new(program, specialTokens), specialTokens, budget);

    /// <summary>The template as written.</summary>
    public string Source { get; }

    /// <summary>Its name in messages: a file, or <c>chat_template</c>.</summary>
    public string Name { get; }

    /// <summary>The special tokens that the template reads by name (<c>bos_token</c> …).</summary>
    public IReadOnlyDictionary<string, string> SpecialTokens => _specialTokens;

    /// <summary>Parses a template.</summary>
    /// <param name="source">Jinja2.</param>
    /// <param name="name">For messages.</param>
    /// <param name="specialTokens">Names and texts of special tokens; default none.</param>
    /// <param name="budget">Limits of each render; default <see cref="RenderBudget"/>'s.</param>
    /// <exception cref="TemplateException">The source is not a template, or uses what is refused; the message names the line.</exception>
    public static ChatTemplate Parse(
        string source, string name = "chat_template", IReadOnlyDictionary<string, string>? specialTokens = null, RenderBudget? budget = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        budget ??= new();
        if (source.Length > budget.SourceLength)
            throw new TemplateException(TemplateFault.Budget, 0, $"{name}: the template has {source.Length} characters, more than {budget.SourceLength}; raise RenderBudget.SourceLength if it is trusted.");
        try
        {
            return new(source, name, StatementParser.Parse(source), specialTokens ?? new Dictionary<string, string>(), budget);
        }
        catch (TemplateException e)
        {
            throw new TemplateException(e.Reason, e.Line, $"{name}:{e.Line}: {e.Message}", e);
        }
        catch (InsufficientExecutionStackException e)
        {
            throw new TemplateException(TemplateFault.Budget, 0, $"{name}: nested too deeply to be read.", e);
        }
    }

    /// <summary>The template of a model folder.</summary>
    /// <inheritdoc cref="TemplateFolder.Load"/>
    public static ChatTemplate Load(string modelFolder, string? templateName = null) => TemplateFolder.Load(modelFolder, templateName);

    /// <summary>The names of the templates of a model folder, in order; empty when it has none.</summary>
    /// <exception cref="ModelFolderException">A file of the folder cannot be read.</exception>
    public static IReadOnlyList<string> LoadNames(string modelFolder) => TemplateFolder.Names(modelFolder);

    /// <summary>The special tokens that a model folder names (<c>bos_token</c> …), for a template from elsewhere.</summary>
    public static IReadOnlyDictionary<string, string> LoadSpecialTokens(string modelFolder) => TemplateFolder.SpecialTokens(modelFolder);

    /// <summary>The text of a conversation, with the origin of every character.</summary>
    /// <exception cref="TemplateException">The template rejects the conversation, fails, or exceeds its budget.</exception>
    public RenderedConversation Render(RenderRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.ContinueFinalMessage) return FinalMessage.Render(this, request);
        var begun = request.Begun is { } other && other.IsOf(request, _context.Names) ? other : null;
        var context = _context.For(request);
        var state = begun is null ? new RenderState(_budget, context, new(_program.Size, null), request) : new RenderState(begun, context, request);
        try
        {
            if (begun is null) Begin(state);
            var (place, written, reads) = (state.Position, request.KeepsBeginning ? state.Output.Written : null, state.Reads);
            foreach (var statement in _program.Body.AsSpan(_program.Ending)) statement.Execute(state);
            var rendered = state.Output.ToConversation(new(_context.Names, state.Reads));
            return written is { } mark ? rendered with { Beginning = new(request, state, place, new(_context.Names, reads), mark, rendered) } : rendered;
        }
        catch (EvaluationException e)
        {
            throw new TemplateException(e.Fault, state.Line, Describe(e, state.Line), e);
        }
        catch (InsufficientExecutionStackException e)
        {
            throw new TemplateException(TemplateFault.Budget, state.Line, $"{Name}:{state.Line}: nested too deeply.", e);
        }
    }

    /// <summary>All but the ending.</summary>
    private void Begin(RenderState state)
    {
        _program.Layout.Enter(state);
        foreach (var statement in _program.Body.AsSpan(0, _program.Ending)) statement.Execute(state);
    }

    private string Describe(EvaluationException e, int line) => e.Fault switch
    {
        TemplateFault.Rejected => $"{Name}:{line}: the template rejects the conversation: {e.Message}",
        TemplateFault.Unsupported => $"{Name}:{line}: refused: {e.Message}.",
        _ => $"{Name}:{line}: {e.Message}.",
    };
}
