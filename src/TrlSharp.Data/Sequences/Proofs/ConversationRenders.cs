using TrlSharp.Conversations;
using TrlSharp.Rows;
using TrlSharp.Sequences.Profiles;
using TrlSharp.Templates;

namespace TrlSharp.Sequences.Proofs;

/// <summary>Renders of the beginnings of one conversation with one set of template variables, each made once.</summary>
internal sealed class ConversationRenders
{
    private readonly Func<RenderRequest, RenderedConversation> _render;
    private readonly RenderRequest _request;
    private readonly RowValue[] _bodies;
    private readonly PreparedValues _prepared;
    private readonly RenderIndex?[] _texts;
    private readonly RenderedConversation?[] _prompts;
    private readonly TemplateException?[] _textFaults;
    private readonly TemplateException?[] _promptFaults;

    public ConversationRenders(
        Func<RenderRequest, RenderedConversation> render, Conversation conversation, IReadOnlyList<MessageForm> forms, RowValue mode, DateTime? now)
    {
        _render = render;
        _bodies = [.. forms.Select(f => f.Body)];
        _request = new RenderRequest
        {
            Messages = _bodies,
            Tools = conversation.Tools,
            Documents = conversation.Documents,
            Kwargs = mode.Fields.Count == 0 ? null : mode,
            Now = now,
        };
        _prepared = new PreparedValues(_bodies, conversation.Tools);
        var count = _bodies.Length + 1;
        (_texts, _prompts) = (new RenderIndex?[count], new RenderedConversation?[count]);
        (_textFaults, _promptFaults) = (new TemplateException?[count], new TemplateException?[count]);
        Mode = mode;
    }

    /// <summary>The template variables of these renders.</summary>
    public RowValue Mode { get; }

    /// <summary>Number of messages of the conversation.</summary>
    public int Count => _bodies.Length;

    /// <summary>The first <paramref name="count"/> messages, as history.</summary>
    /// <exception cref="TemplateException">The template refuses them.</exception>
    public RenderIndex Text(int count)
    {
        if (_textFaults[count] is { } fault) throw fault;
        try
        {
            return _texts[count] ??= new RenderIndex(_render(_request with { Messages = First(count), Prepared = _prepared }), count);
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
            return _prompts[index] ??= _render(_request with { Messages = First(index), AddGenerationPrompt = true, Prepared = _prepared });
        }
        catch (TemplateException e)
        {
            _promptFaults[index] = e;
            throw;
        }
    }

    /// <summary>What an engine would be given to continue a message that it was given the beginning of.</summary>
    public string Continued(int index, RowValue begun) =>
        _render(_request with { Messages = [.. First(index), begun], ContinueFinalMessage = true }).Text;

    /// <summary>These messages with another one put in place of the last or behind it, for questions about what would follow.</summary>
    public RenderedConversation With(int count, RowValue next) => _render(_request with { Messages = [.. First(count), next] });

    /// <summary>Other messages, rendered the same way.</summary>
    public RenderedConversation Render(IReadOnlyList<RowValue> messages) => _render(_request with { Messages = messages });

    /// <summary>The first messages as the template sees them.</summary>
    public IReadOnlyList<RowValue> Bodies(int count) => First(count);

    private IReadOnlyList<RowValue> First(int count) => count == _bodies.Length ? _bodies : new ArraySegment<RowValue>(_bodies, 0, count);
}
