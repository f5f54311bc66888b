/* global React, ReactDOM, GraphiQL */
// The query page: GraphiQL over this server, with the saved operations as buttons. React and GraphiQL come as scripts from this server too.

const endpoint = new URL('/graphql', location.href).href;
const saved = await (await fetch('/graphql/assets/operations.json')).json();

document.getElementById('sandbox').href =
  `https://studio.apollographql.com/sandbox/explorer?endpoint=${encodeURIComponent(endpoint)}`;

const fetcher = GraphiQL.createFetcher({ url: endpoint });
const root = ReactDOM.createRoot(document.getElementById('graphiql'));

/** Opens an operation in a tab of its own; the tabs themselves are kept by GraphiQL in this browser. */
function show(operation) {
  root.render(
    React.createElement(GraphiQL, {
      // A new key mounts it anew, which is how GraphiQL takes an operation from outside.
      key: operation.name,
      fetcher,
      query: operation.query,
      variables: operation.variables,
      defaultEditorToolsVisibility: 'variables',
      shouldPersistHeaders: false,
    }),
  );
}

for (const operation of saved) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = operation.title;
  button.addEventListener('click', () => show(operation));
  document.getElementById('saved').append(button);
}
show(saved[0]);
