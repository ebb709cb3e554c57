using TrlSharp.Conversations;
using TrlSharp.Rows;
using TrlSharp.Templates;

namespace TrlSharp.Sequences.Proofs;

/// <summary>Renders of the beginnings of one conversation with one set of template variables, each made once.</summary>
internal sealed class ConversationRenders
{
    private readonly Func<RenderRequest, RenderedConversation> _render;
    private readonly RenderRequest _request;
    private readonly RowValue[] _bodies;
    private readonly SharedRenders? _shared;
    private readonly RenderIndex?[] _texts;
    private readonly RenderedConversation?[] _prompts;
    private readonly TemplateException?[] _textFaults;
    private readonly TemplateException?[] _promptFaults;

    /// <param name="render">The template.</param>
    /// <param name="conversation">For tools and documents.</param>
    /// <param name="bodies">The messages as the template sees them.</param>
    /// <param name="prepared">The same as values of the interpreter, shared by all modes.</param>
    /// <param name="mode">Template variables.</param>
    /// <param name="now">The clock.</param>
    /// <param name="shared">What the modes have in common; null when there is one mode only.</param>
    public ConversationRenders(
        Func<RenderRequest, RenderedConversation> render, Conversation conversation, RowValue[] bodies, PreparedValues prepared, TemplateMode mode, DateTime? now, SharedRenders? shared = null)
    {
        (_render, _bodies, _shared) = (render, bodies, shared);
        _request = new RenderRequest
        {
            Messages = bodies,
            Tools = conversation.Tools,
            Documents = conversation.Documents,
            Kwargs = mode.Variables.Fields.Count == 0 ? null : mode.Variables,
            Now = now,
            Prepared = prepared,
        };
        var count = _bodies.Length + 1;
        (_texts, _prompts) = (new RenderIndex?[count], new RenderedConversation?[count]);
        (_textFaults, _promptFaults) = (new TemplateException?[count], new TemplateException?[count]);
        Mode = mode;
    }

    /// <summary>The template variables of these renders.</summary>
    public TemplateMode Mode { get; }

    /// <summary>Number of messages of the conversation.</summary>
    public int Count => _bodies.Length;

    /// <summary>The first <paramref name="count"/> messages, as history.</summary>
    /// <exception cref="TemplateException">The template refuses them.</exception>
    public RenderIndex Text(int count)
    {
        if (_textFaults[count] is { } fault) throw fault;
        try
        {
            return _texts[count] ??= _shared?.Text(count, Mode.Variables) ?? RenderText(count);
        }
        catch (TemplateException e)
        {
            _textFaults[count] = e;
            throw;
        }
    }

    /// <summary>What an engine would be given to sample message <paramref name="index"/>.</summary>
    /// <exception cref="TemplateException">The template refuses.</exception>
    public RenderedConversation Prompt(int index)
    {
        if (_promptFaults[index] is { } fault) throw fault;
        try
        {
            return _prompts[index] ??= _shared?.Prompt(index, Mode.Variables) ?? RenderPrompt(index);
        }
        catch (TemplateException e)
        {
            _promptFaults[index] = e;
            throw;
        }
    }

    /// <summary>What an engine would be given to continue a message that it was given the beginning of.</summary>
    public string Continued(int index, RowValue begun) =>
        _render(_request with { Messages = [.. First(index), begun], ContinueFinalMessage = true, Prepared = null }).Text;

    /// <summary>These messages with another one put in place of the last or behind it, for questions about what would follow.</summary>
    public RenderedConversation With(int count, RowValue next) => _render(_request with { Messages = [.. First(count), next], Prepared = null });

    /// <summary>Other messages, rendered the same way.</summary>
    public RenderedConversation Render(IReadOnlyList<RowValue> messages) => _render(_request with { Messages = messages, Prepared = null });

    /// <summary>The first messages as the template sees them.</summary>
    public IReadOnlyList<RowValue> Bodies(int count) => First(count);

    private RenderIndex RenderText(int count)
    {
        var text = new RenderIndex(_render(_request with { Messages = First(count) }), count);
        _shared?.Add(count, Mode.Variables, text);
        return text;
    }

    private RenderedConversation RenderPrompt(int index)
    {
        var prompt = _render(_request with { Messages = First(index), AddGenerationPrompt = true, KeepsBeginning = _shared is not null, Begun = _shared?.Beginning(index) });
        _shared?.Add(index, Mode.Variables, prompt);
        return prompt;
    }

    private IReadOnlyList<RowValue> First(int count) => count == _bodies.Length ? _bodies : new ArraySegment<RowValue>(_bodies, 0, count);
}
