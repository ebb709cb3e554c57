#!/usr/bin/env -S dotnet run
#:project ../src/TrlSharp/TrlSharp.csproj
#:package TorchSharp-cpu
#:property PublishAot=false

// A model folder and a question; the answer streams. dotnet run samples/chat.cs -- FOLDER "What is 3 plus 4?"
using TrlSharp.Generation;

using var model = TextGenerator.Load(args[0]);
using var chat = new ChatSession(model);
foreach (var piece in chat.Ask(args[1])) Console.Write(piece.Text);
Console.WriteLine();
